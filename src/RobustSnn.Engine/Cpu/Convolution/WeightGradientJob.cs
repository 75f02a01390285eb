using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>
/// The weight gradient, cut into pieces of (group of outputs, group of inputs). A piece walks over the blocks in use in stretches of a few
/// positions, small enough that its share of the gradients stays in L1 and of the inputs in L2 while all tiles and taps go by.
/// </summary>
/// <remarks>Each weight's sum runs over stretches in order, in one piece: it does not depend on threads.</remarks>
internal readonly unsafe struct WeightGradientJob : IJob
{
    private const int StretchLanes = 1024;
    private const int OutputsInGroup = 16;
    private const int InputsInGroup = 30;

    private readonly ConvolutionGeometry geometry;
    private readonly GatherClass gather;
    private readonly ActivationShape inputShape;
    private readonly ActivationShape gradientShape;
    private readonly float* input;
    private readonly float* gradient;
    private readonly float* weightGradient;
    private readonly float* biasGradient;
    private readonly int inputGroups;
    private readonly (int First, int Count) blocks;

    /// <param name="input">Values of the input's blocks; those of the blocks asked for are enough.</param>
    /// <param name="blocks">First block, and how many.</param>
    public WeightGradientJob(ConvolutionGeometry geometry, GatherClass gather, ActivationShape inputShape, float* input, Activation gradient,
        float* weightGradient, float* biasGradient, (int First, int Count) blocks)
    {
        this.geometry = geometry;
        this.gather = gather;
        this.inputShape = inputShape;
        gradientShape = gradient.Shape;
        gather.CheckBorder(inputShape);
        this.input = input;
        this.gradient = gradient.Floats();
        this.weightGradient = weightGradient;
        this.biasGradient = biasGradient;
        this.blocks = blocks;
        inputGroups = (geometry.Inputs + InputsInGroup - 1) / InputsInGroup;
        Pieces = (geometry.Outputs + OutputsInGroup - 1) / OutputsInGroup * inputGroups;
    }

    public int Pieces { get; }

    public void Execute(int piece)
    {
        var (outputGroup, inputGroup) = Math.DivRem(piece, inputGroups);
        var positions = geometry.OutputRows * geometry.OutputColumns;
        var stretch = Math.Clamp(StretchLanes / gradientShape.Lanes.Width, 1, positions);
        using var memory = PieceMemory.Begin();
        var gradientOffsets = memory.Integers(stretch);
        var inputOffsets = memory.Integers(stretch);
        for (var block = blocks.First; block < blocks.First + blocks.Count; block++)
        {
            for (var first = 0; first < positions; first += stretch)
            {
                var count = Math.Min(stretch, positions - first);
                for (var i = 0; i < count; i++)
                {
                    var (row, column) = Math.DivRem(first + i, geometry.OutputColumns);
                    gradientOffsets[i] = (int)(gradientShape.Offset(block, row, column) - gradientShape.Offset(block, 0, 0));
                    inputOffsets[i] = (int)(inputShape.Offset(block, row * geometry.StrideRows, column * geometry.StrideColumns)
                        - inputShape.Offset(block, 0, 0));
                }

                Add(block, outputGroup, inputGroup, gradientOffsets, inputOffsets, count);
            }
        }
    }

    /// <summary>Adds what a stretch of positions gives.</summary>
    private void Add(int block, int outputGroup, int inputGroup, int* gradientOffsets, int* inputOffsets, int positions)
    {
        var width = gradientShape.Lanes.Width;
        var gradients = gradient + gradientShape.Offset(block, 0, 0);
        var inputs = input + inputShape.Offset(block, 0, 0);
        var lastOutput = Math.Min((outputGroup + 1) * OutputsInGroup, geometry.Outputs) - 1;
        var lastInput = Math.Min((inputGroup + 1) * InputsInGroup, geometry.Inputs) - 1;
        var sums = stackalloc float[WeightGradientTile.Outputs * WeightGradientTile.Inputs];
        for (var output = outputGroup * OutputsInGroup; output <= lastOutput; output += WeightGradientTile.Outputs)
        {
            var outputs = Math.Min(WeightGradientTile.Outputs, lastOutput - output + 1);
            for (var from = inputGroup * InputsInGroup; from <= lastInput; from += WeightGradientTile.Inputs)
            {
                var count = Math.Min(WeightGradientTile.Inputs, lastInput - from + 1);
                foreach (var tap in gather.Taps)
                {
                    var shift = tap.Row * inputShape.RowStride + tap.Column * inputShape.PositionStride;
                    WeightGradientTile.Run(gradients + output * width, inputs + from * width + shift, gradientOffsets, inputOffsets,
                        positions, width, outputs - 1, count - 1, sums);
                    for (var o = 0; o < outputs; o++)
                        for (var i = 0; i < count; i++)
                        {
                            weightGradient[((long)(output + o) * geometry.Inputs + from + i) * geometry.Taps + tap.Kernel] +=
                                sums[o * WeightGradientTile.Inputs + i];
                        }
                }
            }

            if (biasGradient is not null && inputGroup == 0)
            {
                for (var o = 0; o < outputs; o++)
                {
                    biasGradient[output + o] += Sum(gradients + (output + o) * width, gradientOffsets, positions, width);
                }
            }
        }
    }

    private static float Sum(float* first, int* offsets, int positions, int width)
    {
        var sum = 0f;
        for (var i = 0; i < positions; i++)
        {
            sum += System.Numerics.Tensors.TensorPrimitives.Sum(new ReadOnlySpan<float>(first + offsets[i], width));
        }

        return sum;
    }
}
