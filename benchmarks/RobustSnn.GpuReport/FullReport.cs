using System.Text;
using RobustSnn.Cli.Output;
using RobustSnn.Cuda;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.GpuReport;

/// <summary>All parts, one after the other, in one file.</summary>
internal static class FullReport
{
    /// <returns>0 where every part was made and found nothing wrong; <see cref="ReportCommand.NoCard"/> where there is no card, or none that can be used.</returns>
    /// <exception cref="BadInputException">There is no such part, no such folder, or the report cannot be written.</exception>
    public static int Write(ReportOptions options)
    {
        var parts = Parts.Choose(options.Only);
        if (options.Golden is { } folder && !Directory.Exists(folder))
        {
            throw new BadInputException($"--golden: expected a folder of golden cases, found none at {folder}");
        }

        CudaCards cards;
        try
        {
            cards = CudaCards.Find();
        }
        catch (BadInputException none)
        {
            Console.Error.WriteLine($"gpu-report: no card can be used here: {none.Message}");
            Console.Error.WriteLine(
                $"Carry {AppContext.BaseDirectory} and the folder of golden cases to a machine with a card (64-bit Linux with NVIDIA's driver and "
                + "cuBLAS; no .NET), and run there: ./gpu-report --golden DIR --out FILE.md [--python python3] [--quick]");
            return ReportCommand.NoCard;
        }

        var text = new Markdown();
        text.Heading(1, $"RobustSnn on {string.Join(", ", cards.Cards.Select(card => card.Model))}");
        if (cards.AreEmulated)
        {
            text.Paragraph("**Nothing below was measured on a card: the emulator computed all of it, and times are those of a processor.**");
        }

        if (options.IsQuick)
        {
            text.Paragraph("**A rehearsal: sizes are tiny, and speeds mean nothing.**");
        }

        Save(text, options); // it is known before hours of work whether it can be
        var good = true;
        foreach (var part in parts)
        {
            Console.Error.WriteLine($"gpu-report: {part.Name}");
            text.Heading(2, part.Title);
            good &= Attempt(part, options, text);
            Save(text, options);
        }

        Console.Error.WriteLine($"gpu-report: {options.Output}{(good ? "" : ": some parts failed, the report says which")}");
        return good ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>What there is so far outlives whatever ends the program.</summary>
    private static void Save(Markdown text, ReportOptions options) =>
        AtomicFile.Write(options.Output, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));

    private static bool Attempt(Part part, ReportOptions options, Markdown text)
    {
        try
        {
            return part.Write(options, text);
        }
        catch (PartFailedException failure)
        {
            text.Paragraph($"**Failed: {Markdown.Escape(failure.Message)}**");
            return false;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever it is, the other parts are still to come, and the time on a card is dear.
            text.Paragraph($"**Failed: {Markdown.Escape($"{fault.GetType().Name}: {fault.Message}")}**");
            return false;
        }
    }
}
