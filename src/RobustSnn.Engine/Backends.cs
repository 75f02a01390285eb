using RobustSnn.Engine.Checked;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>What a user may say of a backend beside its name.</summary>
/// <param name="Threads">CPU threads; 0 for one a core.</param>
/// <param name="IsChecked">Whether every call is looked at first (<see cref="CheckedBackend"/>); null for what <see cref="Backends.CheckVariable"/> says.</param>
/// <param name="Vectors">Vectors of the CPU's sparse kernels; null for what <see cref="VectorWidths.Chosen"/> says.</param>
/// <param name="Precision">In which numbers the products of layers are computed.</param>
public readonly record struct BackendOptions(
    int Threads = 0, bool? IsChecked = null, VectorWidth? Vectors = null, Precision Precision = Precision.Fp32);

/// <summary>Opens backends by name: the one place that makes them.</summary>
public static class Backends
{
    /// <summary>The name of the default backend.</summary>
    public const string Cpu = "cpu";

    /// <summary>Set to 1, it has every call of every backend checked.</summary>
    public const string CheckVariable = "RSNN_CHECK";

    private static readonly SortedDictionary<string, Func<BackendOptions, IBackend>> Known = new(StringComparer.Ordinal)
    {
        [Cpu] = options => InFloats(options, () => new Cpu.CpuBackend(options.Threads, options.Vectors)),
        ["reference"] = options => InFloats(options, () => new Reference.ReferenceBackend()),
    };

    /// <summary>The names that <see cref="Open"/> takes, in alphabetical order.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Makes another backend known by a name.</summary>
    /// <param name="open">Opens it; throws a BadInputException that says why it cannot.</param>
    public static void Register(string name, Func<BackendOptions, IBackend> open) => Known.Add(name, open);

    /// <summary>The backend of that name.</summary>
    /// <exception cref="BadInputException">There is none of that name, or this machine cannot run it.</exception>
    public static IBackend Open(string name = Cpu, BackendOptions options = default)
    {
        if (!Known.TryGetValue(name, out var open))
        {
            throw new BadInputException(
                $"There is no backend '{name}'. The nearest is {Spelling.nearest(Known.Keys, name).Head}; there are {string.Join(", ", Known.Keys)}.");
        }

        var backend = open(options);
        return options.IsChecked ?? Environment.GetEnvironmentVariable(CheckVariable) == "1" ? new CheckedBackend(backend) : backend;
    }

    private static IBackend InFloats(BackendOptions options, Func<IBackend> open) => options.Precision == Precision.Fp32
        ? open()
        : throw new BadInputException(
            $"precision: this backend computes in fp32 only, found {options.Precision.ToString().ToLowerInvariant()}; --backend cuda has the others");
}
