namespace RobustSnn.Cli.Output;

/// <summary>What a person sees of ledgers.</summary>
internal static class LedgerReport
{
    private const int DigestLength = 12;

    public static void Write(Terminal terminal, LedgerDocument found)
    {
        terminal.Output.WriteLine($"{found.Data}, {found.Images}; checkpoint {found.Checkpoint[..DigestLength]}…; T = {found.Timesteps}, seed {found.Seed}, "
            + $"{found.Backend} ({found.Arithmetic}), rsnn {found.Version}");
        terminal.Output.WriteLine($"{Format.Count(found.Clean.Samples)} samples asked for{(found.Shard is { } shard ? $", shard {shard}" : "")}, "
            + $"{Format.Count(found.Rows)} with a row; 95 % intervals in brackets");
        WriteFigures(terminal, found.Figures);
        if (found.Smallest.Count > 0)
        {
            terminal.Output.WriteLine();
            WriteDistances(terminal, found.Smallest);
        }

        foreach (string note in found.Notes)
        {
            terminal.Error.WriteLine($"note: {note}");
        }

        if (found.WithoutClass > 0)
        {
            terminal.Error.WriteLine(
                $"warning: {found.WithoutClass} of {found.Rows} clean images have logits that are no numbers: the accuracies are void.");
        }
    }

    private static void WriteFigures(Terminal terminal, IReadOnlyList<LedgerFigure> figures)
    {
        terminal.WriteTable(
            ["attack", "ε", "accuracy", "wrong", "broken", "missing"],
            [
                .. figures.Select(figure => (IReadOnlyList<string>)
                [
                    figure.Attack, figure.Epsilon ?? Format.Missing, Accuracy(figure), Format.Count(figure.Wrong), Format.Count(figure.Broken),
                    Format.Count(figure.Missing),
                ]),
            ]);
        foreach (LedgerFigure figure in figures.Where(figure => figure.Accuracy is null))
        {
            terminal.Output.WriteLine($"{figure.Attack}{(figure.Epsilon is { } epsilon ? $" at ε = {epsilon}" : "")}: {Format.Count(figure.Missing)} of "
                + $"{Format.Count(figure.Samples)} samples are missing; "
                + $"accuracy lies between {Format.Percent(figure.Least)} and {Format.Percent(figure.Most)}");
        }
    }

    private static string Accuracy(LedgerFigure figure) => figure switch
    {
        { Accuracy: null } => Format.Missing,
        { Accuracy: { } accuracy, Accuracy95: { } interval } => Format.Percent(accuracy, interval),
        { Accuracy: { } accuracy } => Format.Percent(accuracy),
    };

    private static void WriteDistances(Terminal terminal, IReadOnlyList<LedgerDistances> distances) => terminal.WriteTable(
        ["norm", "samples", "broken or wrong", "median smallest ε", "in 255ths"],
        [
            .. distances.Select(each => (IReadOnlyList<string>)
            [
                each.Norm, Format.Count(each.Samples), Format.Count(each.Broken),
                each.Median is { } median ? Format.Number(median, "0.#####") : Format.Missing,
                each is { IsInPixels: true, Median: { } pixels } ? Format.Number(255 * pixels, "0.00") : Format.Missing,
            ]),
        ]);
}
