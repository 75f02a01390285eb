using RobustSnn.Engine.Layout;

namespace RobustSnn.Robustness.Energy;

/// <summary>How many existing connections lead from each value that a layer of weights reads: ψ of P2's equation 12 (METHODS 9).</summary>
internal static class FanOut
{
    /// <summary>
    /// Counts the weights of each input channel and tap, and adds up at each position the taps through which some output reads it. A weight
    /// that meets padding connects nothing there.
    /// </summary>
    /// <param name="pattern">Which weights exist; null where all do.</param>
    /// <returns>(channel, row, column) of the layer's input.</returns>
    public static long[] Of(ConvolutionGeometry geometry, SparsityPattern? pattern)
    {
        var weights = WeightsOfTaps(geometry, pattern);
        var rowTaps = Taps(geometry.InputRows, geometry.OutputRows, geometry.KernelRows, geometry.StrideRows, geometry.Padding);
        var columnTaps = Taps(geometry.InputColumns, geometry.OutputColumns, geometry.KernelColumns, geometry.StrideColumns, geometry.Padding);
        var fanOut = new long[geometry.Inputs * geometry.InputRows * geometry.InputColumns];
        var next = 0;
        for (var input = 0; input < geometry.Inputs; input++)
        {
            var ofInput = weights.AsSpan(input * geometry.Taps, geometry.Taps);
            for (var row = 0; row < geometry.InputRows; row++)
            {
                for (var column = 0; column < geometry.InputColumns; column++)
                {
                    foreach (var rowTap in rowTaps[row])
                    {
                        foreach (var columnTap in columnTaps[column])
                        {
                            fanOut[next] += ofInput[rowTap * geometry.KernelColumns + columnTap];
                        }
                    }

                    next++;
                }
            }
        }

        return fanOut;
    }

    /// <summary>Of each (input, tap), the outputs to which a weight exists.</summary>
    private static int[] WeightsOfTaps(ConvolutionGeometry geometry, SparsityPattern? pattern)
    {
        var counts = new int[geometry.Inputs * geometry.Taps];
        if (pattern is null)
        {
            Array.Fill(counts, geometry.Outputs);
            return counts;
        }

        foreach (var weight in pattern.Existing)
        {
            counts[weight % counts.Length]++;
        }

        return counts;
    }

    /// <summary>Along one axis, the taps through which some output reads each position.</summary>
    private static int[][] Taps(int inputs, int outputs, int kernel, int stride, int padding)
    {
        var taps = new List<int>[inputs];
        for (var position = 0; position < inputs; position++)
        {
            taps[position] = [];
        }

        for (var output = 0; output < outputs; output++)
        {
            for (var tap = 0; tap < kernel; tap++)
            {
                var position = output * stride + tap - padding;
                if (position >= 0 && position < inputs)
                {
                    taps[position].Add(tap);
                }
            }
        }

        return Array.ConvertAll(taps, each => each.ToArray());
    }
}
