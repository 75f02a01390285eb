// BatchNorm and neuron in one, backward with the batch's own statistics: dL/dI as it is, and what BatchNorm's gradient sums of it.
#include "normNeuron.h"

KERNEL void normNeuronGradient8(NormNeuronGradientArguments a) { inRegisters<8, true>(a); }
KERNEL void normNeuronGradient16(NormNeuronGradientArguments a) { inRegisters<16, true>(a); }
KERNEL void normNeuronGradient(NormNeuronGradientArguments a) { throughMemory<true>(a); }
KERNEL void normNeuronMeanGradient(NormNeuronGradientArguments a) { byMeans<true>(a); }
