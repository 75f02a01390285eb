using System.Runtime.InteropServices;
using RobustSnn.Cli.Tests;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.Nir;

/// <summary>Files of NIR, read by h5py and run by PyTorch from NIR's equations alone: one process for all, because importing it takes seconds.</summary>
public class NirEquationTests
{
    private const int Images = 8;

    private static readonly (string Architecture, double Leak)[] Networks =
        [("vggmini", 1), ("resnet8", 1), ("wrnmini", 1), ("vggmini", 0.75), ("wrnmini", 0.5)];

    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void Run()
    {
        Python python = Python.With("h5py", "numpy", "torch");
        folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("images"), MemoryMarshal.AsBytes(SavedNetwork.Images(Images).AsSpan()).ToArray());
        for (int index = 0; index < Networks.Length; index++)
        {
            (string architecture, double leak) = Networks[index];
            SavedNetwork.Save(Checkpoint(index), architecture, neurons: new NeuronModel(leak, Reset.Hard));
            Outcome outcome = Shell.Run("export", Checkpoint(index), Graph(index), "--to", "nir");
            Assert.That(outcome.Code, Is.Zero, outcome.Error);
        }

        python.RunFile(
            Path.Combine(AppContext.BaseDirectory, "Nir", "run_nir.py"), [folder.File("images"), .. Enumerable.Range(0, Networks.Length).Select(Graph)]);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => folder?.Dispose();

    [Test]
    public void They_compute_what_we_do([Range(0, 4)] int index)
    {
        float[] logits = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes($"{Graph(index)}.logits")).ToArray();
        using IBackend backend = Backends.Open(options: new(1));
        LoadedModel loaded = ModelFile.Load(Checkpoint(index), backend);
        using (loaded.Model)
        {
            Parity.Require(
                loaded.Model, SavedNetwork.Images(Images), loaded.Info.Timesteps, logits, $"NIR's equations, {Networks[index].Architecture}, leak {Networks[index].Leak}");
        }
    }

    private string Checkpoint(int index) => folder.File($"{index}.safetensors");

    private string Graph(int index) => folder.File($"{index}.nir");
}
