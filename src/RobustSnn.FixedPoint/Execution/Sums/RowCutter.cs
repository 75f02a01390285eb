using RobustSnn.Engine.Layout;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>Cuts the connections of each output into sums that stay within 16 bits.</summary>
internal sealed class RowCutter
{
    private readonly SumRange[] inputs;
    private readonly int taps;

    public RowCutter(ConvolutionGeometry geometry, IntegerWeights layer, SumRange[] inputs, IReadOnlyList<int> bias)
    {
        this.inputs = inputs;
        taps = geometry.Taps;
        var columns = geometry.Inputs * geometry.Taps;
        FirstSum = new int[geometry.Outputs + 1];
        IsOneSum = new bool[geometry.Outputs];
        var at = 0;
        for (var output = 0; output < geometry.Outputs; output++)
        {
            var first = at;
            while (at < layer.Values.Length && (layer.Pattern?.Existing[at] ?? at) < (output + 1) * columns)
            {
                at++;
            }

            FirstSum[output] = Starts.Count;
            IsOneSum[output] = Add([.. Enumerable.Range(first, at - first)
                .Select(i => ((layer.Pattern?.Existing[i] ?? i) - output * columns, (int)layer.Values[i])).Where(each => each.Item2 != 0)], bias[output]);
        }

        FirstSum[^1] = Starts.Count;
        Starts.Add(Columns.Count);
    }

    public List<ushort> Columns { get; } = [];

    public List<short> Values { get; } = [];

    public List<int> Starts { get; } = [];

    public List<short> Begins { get; } = [];

    public int[] FirstSum { get; }

    public bool[] IsOneSum { get; }

    private bool Add((int Column, int Weight)[] row, int bias)
    {
        var whole = row.Aggregate(new SumRange(bias, bias), (range, each) => range + Of(each.Column, each.Weight));
        Begin(whole.Fits16 ? bias : 0);
        var sum = whole.Fits16 ? new SumRange(bias, bias) : default;
        foreach (var (column, weight) in row)
        {
            foreach (var part in Parts(column, weight))
            {
                var range = Of(column, part);
                if (!(sum.WithZero + range).Fits16)
                {
                    Begin(0);
                    sum = default;
                }

                sum += range;
                Columns.Add((ushort)column);
                Values.Add((short)part);
            }
        }

        return whole.Fits16;
    }

    private void Begin(int bias)
    {
        Starts.Add(Columns.Count);
        Begins.Add((short)bias);
    }

    private SumRange Of(int column, int weight) => weight * inputs[column / taps].WithZero;

    /// <summary>A weight as numbers whose products with any input are 16-bit numbers; itself, but for wide weights of counts.</summary>
    private IEnumerable<int> Parts(int column, int weight) => Of(column, weight).Fits16
        ? [weight]
        : Parts(column, weight / 2).Concat(Parts(column, weight - weight / 2));
}
