// BatchNorm and neuron in one, backward with mean and variance that are constants: dL/dI times BatchNorm's factor.
#include "normNeuron.h"

KERNEL void normNeuronFixedGradient8(NormNeuronGradientArguments a) { inRegisters<8, false>(a); }
KERNEL void normNeuronFixedGradient16(NormNeuronGradientArguments a) { inRegisters<16, false>(a); }
KERNEL void normNeuronFixedGradient(NormNeuronGradientArguments a) { throughMemory<false>(a); }
KERNEL void normNeuronFixedMeanGradient(NormNeuronGradientArguments a) { byMeans<false>(a); }
