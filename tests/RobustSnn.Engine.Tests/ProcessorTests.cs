using System.Runtime.Intrinsics;
using NUnit.Framework;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Tests;

/// <summary>
/// Test runs with instructions switched off (<c>build.cake</c>) stand for processors that do not have them. The runtime ignores a switch
/// that it does not know: a run would then repeat the first one without a word.
/// </summary>
[TestFixture]
[Category(OtherProcessors)]
public sealed class ProcessorTests
{
    /// <summary>Category of the tests that those runs repeat: between them they reach every kernel.</summary>
    public const string OtherProcessors = "OtherProcessors";

    [TestCase("DOTNET_EnableAVX512", 512)]
    [TestCase("DOTNET_EnableAVX2", 256)]
    public void What_the_environment_switches_off_is_off(string variable, int bits)
    {
        if (Environment.GetEnvironmentVariable(variable) != "0")
            Assert.Ignore($"{variable} is not 0: nothing is switched off in this run");
        Assert.That(bits == 512 ? Vector512.IsHardwareAccelerated : Vector256.IsHardwareAccelerated, Is.False);
    }

    /// <summary>A switch by its former name would do nothing.</summary>
    [Test]
    public void Nothing_is_switched_off_by_a_name_that_the_runtime_no_longer_knows() =>
        Assert.That(Environment.GetEnvironmentVariable("DOTNET_EnableAVX512F"), Is.Null.Or.Not.EqualTo("0"), "DOTNET_EnableAVX512 is its name since .NET 10");
}
