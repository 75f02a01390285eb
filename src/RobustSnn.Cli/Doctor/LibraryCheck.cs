using RobustSnn.Cuda;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Cli.Doctor;

/// <summary>The system's libraries, all of them optional: those that read images, and NVIDIA's.</summary>
internal static class LibraryCheck
{
    public static IEnumerable<Finding> Run()
    {
        foreach (ImageLibrary library in ImageLibrary.All)
        {
            yield return library.IsThere
                ? new Finding(Verdict.Fine, library.Purpose, library.File)
                : new Finding(Verdict.Optional, library.Purpose, $"no {library.File}", $"needed for folders of such images alone; install {library.Packages}");
        }

        foreach (Finding card in Cards())
        {
            yield return card;
        }
    }

    private static Finding[] Cards()
    {
        try
        {
            CudaCards found = CudaCards.Find();
            NvidiaLibrary[] missing = [.. new[] { NvidiaLibrary.Blas, NvidiaLibrary.Sparse }.Where(library => !CudaLibraries.IsThere(library))];
            return
            [
                .. found.Cards.Select(card => new Finding(
                    card.IsUsable ? Verdict.Fine : Verdict.Optional, "card", $"{card.Model}{(found.AreEmulated ? ", emulated" : "")}, compute capability {card.Capability}",
                    card.IsUsable ? null : "too old: --backend cuda does not run on it")),
                .. missing.Select(library => new Finding(
                    Verdict.Optional, $"CUDA's {library}", "not found", "--backend cuda needs it: pip install nvidia-cublas-cu12 nvidia-cusparse-cu12, or a toolkit")),
            ];
        }
        catch (BadInputException none)
        {
            // Most machines have none: what was looked for is what rsnn devices says.
            return [new Finding(Verdict.Optional, "card", "none that can be used", File.Exists("/dev/nvidiactl") ? none.Message : null)];
        }
    }
}
