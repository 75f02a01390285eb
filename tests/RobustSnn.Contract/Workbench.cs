using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Contract.Cases;

namespace RobustSnn.Contract;

/// <summary>What an operation left behind: its outputs by name, and everything that it should have left alone but did not.</summary>
public sealed record Outcome(IReadOnlyDictionary<string, double[]> Outputs, IReadOnlyList<string> Damage);

/// <summary>
/// Operands of one operation on one backend, the same on every backend: drawn from a seed that is the case's name. What the operation
/// must not read is NaN, what it may compute on but not count is large, and what it must not write is compared afterwards, bit by bit.
/// </summary>
/// <param name="hasWidths">Whether the case may connect pruned weights (<see cref="ContractCase.HasWidths"/>).</param>
public sealed class Workbench(IBackend backend, string seed, bool hasWidths) : IDisposable
{
    private const float LargestGarbage = 1000;

    private readonly Random random = new(StableHash(seed));
    private readonly List<Operand> operands = [];
    private readonly List<BitOperand> bitOperands = [];
    private readonly Dictionary<string, double[]> results = [];
    private readonly List<(string Name, DeviceBuffer Buffer)> figures = [];
    private readonly List<IDisposable> connections = [];

    public IBackend Backend { get; } = backend;

    /// <summary>Uniform in [low, high).</summary>
    public float Draw(double low, double high) => (float)(low + (high - low) * random.NextDouble());

    public int DrawInteger(int count) => random.Next(count);

    /// <summary>An activation that the operation reads.</summary>
    public Activation Input(ActivationShape shape, int samples, Func<float>? draw = null) => Lay(null, shape, samples, Use.Spare, draw);

    /// <summary>An activation that the operation writes or changes in place: it holds drawn values before.</summary>
    public Activation Output(string name, ActivationShape shape, int samples, Func<float>? draw = null) =>
        Lay(name, shape, samples, Use.Spare, draw);

    /// <summary>A gradient that the operation reads.</summary>
    public Activation InputGradient(ActivationShape shape, int samples, Func<float>? draw = null) => Lay(null, shape, samples, Use.SpareZero, draw);

    /// <summary>A gradient that the operation reads and may write over.</summary>
    public Activation UsedGradient(ActivationShape shape, int samples, Func<float>? draw = null) => Lay("", shape, samples, Use.SpareUsed, draw);

    /// <summary>A gradient that the operation writes, adds to or changes in place: it holds drawn values before.</summary>
    public Activation OutputGradient(string name, ActivationShape shape, int samples, GradientTarget target) =>
        Lay(name, shape, samples, target.Accumulate || target.InPlace ? Use.SpareZero : Use.SpareToZero, null);

    /// <summary>Values that the operation reads, anything in spare lanes, and writes a gradient over.</summary>
    public Activation UsedSlopes(string name, ActivationShape shape, int samples, Func<float> draw) =>
        Lay(name, shape, samples, Use.SpareToZero, draw);

    /// <summary>A buffer that the operation reads, the first <paramref name="used"/> elements of it (all by default).</summary>
    public DeviceBuffer InputBuffer(int length, Func<int, float>? draw = null, int? used = null) => Lay(null, length, used ?? length, draw);

    /// <summary>A buffer of whose elements the operation writes, adds to or changes the first <paramref name="written"/> (all by default).</summary>
    public DeviceBuffer OutputBuffer(string name, int length, Func<int, float>? draw = null, int? written = null) =>
        Lay(name, length, written ?? length, draw);

    public DeviceBuffer Parameters(params float[] values) => InputBuffer(values.Length, i => values[i]);

    /// <summary>Connects weights; the connection is disposed of with the workbench.</summary>
    /// <exception cref="InvalidOperationException">The weights are pruned, and the case is not compared with every vector width.</exception>
    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null)
    {
        if (pattern is not null && !hasWidths)
            throw new InvalidOperationException($"{seed}: a case with pruned weights has to say {nameof(ContractCase.HasWidths)}");
        var connection = Backend.Connect(geometry, weights, pattern);
        connections.Add(connection);
        return connection;
    }

    /// <summary>Numbers of samples in a data set, in no order.</summary>
    public DeviceBuffer Numbers(int count)
    {
        var numbers = Backend.Allocate(count, ElementType.Int32);
        numbers.UploadAs<int>([.. Enumerable.Range(0, count).Select(i => i * 7919 % 60_000)]);
        connections.Add(numbers);
        return numbers;
    }

    /// <summary>Where the operation leaves one number of the type, a float or a double.</summary>
    public DeviceBuffer Figure(string name, ElementType type)
    {
        var figure = Backend.Allocate(1, type);
        figures.Add((name, figure));
        return figure;
    }

    /// <summary>A number that is not in a buffer.</summary>
    public void Result(string name, double value) => results[name] = [value];

    /// <summary>Reads everything back and looks for damage.</summary>
    public Outcome Finish()
    {
        var outputs = new Dictionary<string, double[]>(results);
        var damage = new List<string>();
        foreach (var (name, buffer) in figures)
            outputs.Add(name, [Number(buffer)]);
        foreach (var operand in bitOperands)
            operand.Finish(outputs, damage);
        foreach (var operand in operands)
        {
            var after = operand.Buffer.ToArray();
            var written = new List<double>();
            for (var i = 0; i < after.Length; i++)
            {
                var use = operand.Use[i];
                if (operand.Name is not null && use == Use.Value)
                    written.Add(after[i]);
                else if (IsDamaged(use, operand.Name is not null, operand.Before[i], after[i]))
                    damage.Add($"{operand.Name ?? "an input"}[{i}] ({use}): was {operand.Before[i]}, is {after[i]}");
            }

            if (!string.IsNullOrEmpty(operand.Name))
                outputs.Add(operand.Name, [.. written]);
        }

        return new Outcome(outputs, damage);
    }

    public void Dispose()
    {
        foreach (var connection in connections)
            connection.Dispose();
        foreach (var (_, buffer) in figures)
            buffer.Dispose();
        foreach (var operand in operands)
            operand.Buffer.Dispose();
        foreach (var operand in bitOperands)
            operand.Buffer.Dispose();
    }

    private static double Number(DeviceBuffer figure)
    {
        if (figure.Type == ElementType.Float32)
            return figure.ToArray()[0];
        var number = new double[1];
        figure.DownloadAs<double>(number);
        return number[0];
    }

    private static bool IsDamaged(Use use, bool isOutput, float before, float after) => use switch
    {
        Use.Spare or Use.SpareUsed when isOutput => false,
        Use.SpareZero or Use.SpareToZero when isOutput => after != 0,
        _ => BitConverter.SingleToUInt32Bits(after) != BitConverter.SingleToUInt32Bits(before),
    };

    private Activation Lay(string? name, ActivationShape shape, int samples, Use spare, Func<float>? draw)
    {
        if (shape.IsBits)
        {
            var bits = new BitOperand(name, shape, samples, Backend, draw is null ? () => random.NextDouble() < BitOperand.Rate : () => draw() != 0);
            bitOperands.Add(bits);
            return new Activation(shape, bits.Buffer);
        }

        var use = new Use[shape.Length];
        Array.Fill(use, Use.Border);
        for (var block = 0; block < shape.Lanes.Blocks; block++)
            for (var row = 0; row < shape.Rows; row++)
                for (var column = 0; column < shape.Columns; column++)
                    for (var channel = 0; channel < shape.Channels; channel++)
                        for (var lane = 0; lane < shape.Lanes.Width; lane++)
                        {
                            use[shape.Offset(block, row, column) + channel * shape.Lanes.Width + lane] = UseOf(shape.Lanes, block, lane, samples, spare);
                        }

        for (var i = shape.Lanes.BlocksOf(samples) * shape.BlockStride; i < use.Length; i++)
            use[i] = Use.Behind;
        return new Activation(shape, Lay(name, use, _ => draw is null ? Draw(-1, 1.5) : draw()));
    }

    private static Use UseOf(LaneLayout lanes, int block, int lane, int samples, Use spare)
    {
        if (block >= lanes.BlocksOf(samples))
            return Use.Behind;
        return lane < lanes.Lanes && lane % lanes.BlockSamples < lanes.SamplesOf(block, samples) ? Use.Value : spare;
    }

    private DeviceBuffer Lay(string? name, int length, int used, Func<int, float>? draw)
    {
        var use = new Use[length];
        Array.Fill(use, Use.Behind, used, length - used);
        return Lay(name, use, draw ?? (_ => Draw(-1, 1.5)));
    }

    private DeviceBuffer Lay(string? name, Use[] use, Func<int, float> draw)
    {
        var before = new float[use.Length];
        for (var i = 0; i < use.Length; i++)
        {
            before[i] = use[i] switch
            {
                Use.Value => draw(i),
                Use.Spare or Use.SpareToZero => Draw(-LargestGarbage, LargestGarbage),
                Use.Behind => float.NaN,
                _ => 0,
            };
        }

        var buffer = Backend.Allocate(before.Length);
        buffer.Upload(before);
        operands.Add(new Operand(name, buffer, before, use));
        return buffer;
    }

    /// <summary>FNV-1a: unlike string.GetHashCode the same in every run.</summary>
    public static int StableHash(string text) => (int)text.Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619u);

    /// <summary>What an element of an operand is to the operation.</summary>
    private enum Use
    {
        /// <summary>A value of a sample in use.</summary>
        Value,

        /// <summary>A lane of no sample in use, in a block that has some: holds anything, may be written, must not be counted.</summary>
        Spare,

        /// <summary>The same in a gradient: holds zero and keeps it.</summary>
        SpareZero,

        /// <summary>The same in a gradient that is written anew: holds anything and becomes zero.</summary>
        SpareToZero,

        /// <summary>The same in a gradient that is used up: holds zero and may hold anything afterwards.</summary>
        SpareUsed,

        /// <summary>Zero round the map: read, never written.</summary>
        Border,

        /// <summary>A block, or part of a buffer, behind the samples: neither read nor written.</summary>
        Behind,
    }

    /// <param name="Name">Null for what the operation only reads.</param>
    private sealed record Operand(string? Name, DeviceBuffer Buffer, float[] Before, Use[] Use);
}
