using NUnit.Framework;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Reference;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>A backend that the contract is tested on.</summary>
/// <param name="WhyMissing">Why this machine cannot run it, or null: its tests are then skipped for that reason.</param>
public sealed record BackendUnderTest(string Name, Func<IBackend> Create, Func<string?> WhyMissing)
{
    /// <summary>Creates the backend, or skips the running test.</summary>
    public IBackend CreateOrSkip()
    {
        if (WhyMissing() is { } reason)
            Assert.Ignore($"{Name}: {reason}");
        return Create();
    }

    public override string ToString() => Name;
}

/// <summary>The backends of the contract tests.</summary>
public static class Backends
{
    public static readonly BackendUnderTest Reference = new("reference", () => new ReferenceBackend(), () => null);

    /// <summary>Those that are held against the reference, one a line.</summary>
    public static readonly BackendUnderTest[] Fast =
    [
        Cpu(1),
        Cpu(2),
        .. Widths,
    ];

    /// <summary>The CPU with each of its vector widths.</summary>
    public static IEnumerable<BackendUnderTest> Widths => Enum.GetValues<VectorWidth>().Select(width => new BackendUnderTest(
        $"cpu({width})",
        () => new CpuBackend(2, width),
        () => VectorWidths.Available.Contains(width) ? null : $"this machine has no {width.Name()}"));

    public static BackendUnderTest Cpu(int threads) => new($"cpu({threads})", () => new CpuBackend(threads), () => null);
}
