using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Reports.Tests;

/// <summary>A whole run on a few drawn images, made once: tests copy its folder and change what they are about.</summary>
[SetUpFixture]
public sealed class TinyRun
{
    private const string Text = """
        base: shapes10-quick
        name: tiny
        data: { train_count: 40, test_count: 8, validation_count: 8 }
        network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A, 6, A], head: [8] }
        batch_size: 12
        pretrain: { epochs: 1, attack_steps: 1 }
        finetune_ann: { epochs: 1, attack_steps: 1 }
        convert: { timesteps: 4, batch_count: 1, batch_size: 8 }
        finetune_snn: { epochs: 2 }
        evaluate: { samples: 8, batch_size: 8, attacks: [fgsm, fgsm_ens], epsilon: 64/255 }
        energy: { attack: pgd2 }
        """;

    private static string root = null!;

    /// <summary>The run, which nobody may change.</summary>
    internal static string Folder => Path.Combine(root, "tiny");

    [OneTimeSetUp]
    public void Make()
    {
        root = Directory.CreateTempSubdirectory("rsnn-report-").FullName;
        using var backend = Backends.Open(options: new(1));
        ExperimentRun.Run(SettingsReader.Read(Text, "tiny.yaml"), Folder, resume: false, backend, new Silent(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public void Clear() => Directory.Delete(root, recursive: true);

    /// <summary>A copy in a folder of its own, under a name.</summary>
    internal static string Copy(string name)
    {
        var copy = Path.Combine(root, Path.GetRandomFileName(), name);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>A path where nothing is.</summary>
    internal static string NewPath(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName())).FullName, name);

    /// <summary>A copy with another text in a file of it.</summary>
    internal static string Changed(string file, string from, string to)
    {
        var copy = Copy("tiny");
        var text = File.ReadAllText(Path.Combine(copy, file));
        Assert.That(text, Does.Contain(from));
        File.WriteAllText(Path.Combine(copy, file), text.Replace(from, to, StringComparison.Ordinal));
        return copy;
    }

    /// <summary>Nobody looks.</summary>
    private sealed class Silent : IRunObserver
    {
        public void Note(string message)
        {
        }

        public void StageStarting(string stage, string detail)
        {
        }

        public void Progress(StageProgress progress)
        {
        }

        public void Pruned(IReadOnlyList<LayerShare> layers)
        {
        }

        public void EpochFinished(EpochRecord epoch)
        {
        }

        public void StageFinished(string stage, TimeSpan elapsed, string summary)
        {
        }
    }
}
