// Spikes that are bits, as floats.
#include "lanes.h"

struct UnpackArguments
{
    Activation spikes;
    Activation output;
    uint rows;
};

// output = spikes; lanes that stand for nothing become 0.
KERNEL void unpack(UnpackArguments arguments)
{
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.output, index);
        float *output = floatsOf(arguments.output, row);
        for (uint i = firstItem(); i < rowFours(arguments.output); i += itemStride())
            writeFour(output + i * FOUR, lanesAt<true>(arguments.spikes, row, fourAt(arguments.output, i)));
    }
}
