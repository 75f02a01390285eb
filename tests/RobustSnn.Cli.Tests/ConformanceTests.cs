using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Tests;

/// <summary>The golden cases in shared/golden beside the repository, and damaged copies of them.</summary>
public sealed class ConformanceTests
{
    private const string Small = "vggmini-t4-hard.safetensors";
    private const string Pytorch = "resnet20-t4-hard.pth";

    private TemporaryFolder folder = null!;

    private static string? GoldenFolder
    {
        get
        {
            DirectoryInfo? root = new(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, "Hybrid.sln")))
            {
                root = root.Parent;
            }

            string golden = Path.Combine(root?.Parent?.FullName ?? "", "shared", "golden");
            return Directory.Exists(golden) ? golden : null;
        }
    }

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void The_cases_pass_from_both_kinds_of_files()
    {
        Outcome outcome = Shell.Run("conformance", Golden(), "--json");
        JsonElement report = JsonDocument.Parse(outcome.Output).RootElement;
        string[] expected = [.. Directory.GetFiles(Golden()).Where(path => Path.GetExtension(path) is ".safetensors" or ".pth").Order(StringComparer.Ordinal)];
        Assert.That(report.GetProperty("cases").EnumerateArray().Select(each => each.GetProperty("path").GetString()), Is.EqualTo(expected));
        Assert.That(outcome.Code, Is.Zero, outcome.Output);
    }

    [TestCase(new string[0], "545 of 5,448 weights exist")]
    [TestCase(new[] { "--cut", "0.1" }, " of 5,448 weights exist")]
    public void A_sparse_network_agrees_with_a_dense_one(string[] cut, string expected)
    {
        Outcome outcome = Shell.Run(["conformance", Path.Combine(Golden(), Small), "--sparse", .. cut]);
        Assert.That(outcome.Code, Is.Zero, outcome.Output);
        Assert.That(outcome.Output, Does.Contain(expected).And.Match("(?m)^trades.after2 .* pass").And.Match("(?m)^apgd.ce .* pass"));
    }

    [TestCase("--cut", "0.1")]
    [TestCase("--sparse", "--cut", "0")]
    [TestCase("--sparse", "--cut", "-1")]
    [TestCase("--sparse", "--cut", "NaN")]
    [TestCase("--sparse", "--cut", "some")]
    public void A_cut_that_means_nothing_is_refused(params string[] options)
    {
        Outcome outcome = Shell.Run(["conformance", ".", .. options]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Output);
        Assert.That(outcome.Error, Does.Contain("--cut"));
    }

    [TestCase("logits", "logits")]
    [TestCase("param.features.0.weight", "logits")]
    [TestCase("grad_x.bptr", "grad_x.bptr")]
    public void Another_number_fails(string tensor, string group)
    {
        Outcome outcome = Shell.Run("conformance", Changed(tensor, values => values[0] += 0.5f));
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Output);
        Assert.That(outcome.Output, Does.Match($@"(?m)^{group} .* FAIL"));
    }

    [Test]
    public void Another_parameter_in_the_pth_file_is_found()
    {
        // Its neighbour's logits are of other weights, its own parameters are intact.
        TensorFile file = Safetensors.Read(Path.Combine(Golden(), Path.ChangeExtension(Pytorch, ".safetensors")));
        Safetensors.Write(folder[Path.ChangeExtension(Pytorch, ".safetensors")], [.. file.Tensors.Select(tensor => tensor.Name == "logits"
            ? HostTensor.FromFloats(tensor.Name, tensor.Dimensions, Array.ConvertAll(tensor.ToFloats(), value => value + 1))
            : tensor)], file.Metadata);
        File.Copy(Path.Combine(Golden(), Pytorch), folder[Pytorch]);
        Outcome outcome = Shell.Run("conformance", folder[Pytorch]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Output);
        Assert.That(outcome.Output, Does.Match("(?m)^param .* pass").And.Match("(?m)^logits .* FAIL"));
    }

    [TestCase("net.pt")]
    public void What_the_files_are_called_does_not_matter(string name)
    {
        File.Copy(Path.Combine(Golden(), Pytorch), folder[name]);
        File.Copy(Path.Combine(Golden(), Path.ChangeExtension(Pytorch, ".safetensors")), folder["net.safetensors"]);
        Assert.That(Shell.Run("conformance", folder[name]).Code, Is.Zero);
    }

    [Test]
    public void A_golden_case_of_another_name_is_read()
    {
        File.Copy(Path.Combine(Golden(), Small), folder["case.pth"]);
        Assert.That(Shell.Run("conformance", folder["case.pth"]).Code, Is.Zero);
    }

    [Test]
    public void A_pth_file_without_its_neighbour_is_refused()
    {
        File.Copy(Path.Combine(Golden(), Pytorch), folder[Pytorch]);
        AssertRefused(folder[Pytorch], Path.ChangeExtension(Pytorch, ".safetensors"));
    }

    [Test]
    public void A_file_that_breaks_off_is_refused()
    {
        File.WriteAllBytes(folder[Small], File.ReadAllBytes(Path.Combine(Golden(), Small))[..1000]);
        AssertRefused(folder[Small], Small);
    }

    [Test]
    public void A_file_of_something_else_is_refused()
    {
        Safetensors.Write(folder["weights.safetensors"], [HostTensor.FromFloats("w", [1], [1])], new Dictionary<string, string>());
        AssertRefused(folder["weights.safetensors"], "architecture");
    }

    [Test]
    public void An_empty_folder_is_refused() => AssertRefused(Directory.CreateDirectory(folder["empty"]).FullName, "empty");

    private static string Golden()
    {
        if (GoldenFolder is not { } golden)
        {
            Assert.Ignore("needs the golden cases in shared/golden beside the repository");
            throw new InvalidOperationException("Assert.Ignore ends the test");
        }

        return golden;
    }

    private static void AssertRefused(string path, string named)
    {
        Outcome outcome = Shell.Run("conformance", path);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(named));
    }

    private string Changed(string name, Action<float[]> change)
    {
        TensorFile file = Safetensors.Read(Path.Combine(Golden(), Small));
        float[] values = file[name].ToFloats();
        change(values);
        Safetensors.Write(folder[Small], [.. file.Tensors.Select(tensor =>
            tensor.Name == name ? HostTensor.FromFloats(name, tensor.Dimensions, values) : tensor)], file.Metadata);
        return folder[Small];
    }
}
