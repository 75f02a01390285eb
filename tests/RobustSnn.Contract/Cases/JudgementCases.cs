using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Cases;

/// <summary>Marks of samples, and what is done with those that are marked; APGD's bookkeeping.</summary>
public static class JudgementCases
{
    private static readonly (int Batch, int Samples, int Pixels)[] Sizes =
        [(2, 2, 1), (5, 5, 12), (17, 17, 3 * 8 * 8), (33, 20, 3 * 7 * 5), (9, 7, 3 * 32 * 32)];

    public static IEnumerable<ContractCase> Over(ShapeTable shapes) => [.. OfImages(), .. OfLogits(), .. Progress(), .. OfActivations(shapes)];

    private static IEnumerable<ContractCase> OfImages() =>
        from size in Sizes
        let description = $"{size.Samples} of {size.Batch} samples of {size.Pixels} values"
        from @case in new[]
        {
            new ContractCase("InspectSamples", description, ContractCase.Exact, bench => bench.Backend.InspectSamples(
                bench.InputBuffer(size.Batch * size.Pixels, i => (i / size.Pixels % 3) switch
                {
                    0 => 0,
                    1 => i % size.Pixels == 0 ? float.NaN : i % 7 == 0 ? float.NegativeInfinity : 1,
                    _ => bench.Draw(-1, 1),
                }, size.Samples * size.Pixels),
                bench.OutputBuffer("notFinite", size.Batch, i => i % 4 == 0 ? 1 : 0, size.Samples),
                bench.OutputBuffer("vanished", size.Batch, written: size.Samples),
                size.Samples)),
            new ContractCase("MarkOutside", description, ContractCase.Exact, bench => MarkOutside(bench, size, Norm.Infinity)),
            new ContractCase("MarkOutside", $"{description}, L2", ContractCase.Exact, bench => MarkOutside(bench, size, Norm.Euclidean)),
            new ContractCase("SelectSamples", description, ContractCase.Exact, bench => bench.Backend.SelectSamples(
                bench.InputBuffer(size.Batch, i => i % 3 == 1 ? 0 : 1, size.Samples),
                bench.InputBuffer(size.Batch * size.Pixels, used: size.Samples * size.Pixels),
                bench.OutputBuffer("target", size.Batch * size.Pixels, written: size.Samples * size.Pixels),
                size.Samples)),
            new ContractCase("DropSamples", description, ContractCase.Exact, bench => DropSamples(bench, size)),
        }
        select @case;

    /// <summary>Logits of few values, so that equal ones are common; some are no numbers.</summary>
    private static IEnumerable<ContractCase> OfLogits() =>
        from classes in new[] { 1, 2, 10, 100 }
        from size in new[] { (Batch: 1, Samples: 1), (Batch: 7, Samples: 5), (Batch: 70, Samples: 70) }
        from isKept in new[] { false, true }
        where size.Samples > 1 // so that one is wrong
        select new ContractCase("MarkWrong", $"{classes} classes, {size.Samples} of {size.Batch} samples{(isKept ? ", kept" : "")}", ContractCase.Exact,
            bench => bench.Backend.MarkWrong(
                bench.InputBuffer(size.Batch * classes, i => (i / classes % 5, i % classes) switch
                {
                    (1, 0) => float.NaN,
                    (3, 0) => i % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity,
                    _ => bench.DrawInteger(3) - 1,
                }, size.Samples * classes),
                bench.InputBuffer(size.Batch, _ => bench.DrawInteger(Math.Min(classes, 3)), size.Samples),
                classes,
                bench.OutputBuffer("wrong", size.Batch, written: size.Samples),
                isKept ? bench.OutputBuffer("everWrong", size.Batch, i => i % 4 == 0 ? 1 : 0, size.Samples) : null,
                size.Samples));

    /// <summary>Losses of few values, so that equal ones are common.</summary>
    private static IEnumerable<ContractCase> Progress() =>
        from size in new[] { (Batch: 9, Samples: 9), (Batch: 64, Samples: 50), (Batch: 17, Samples: 16) }
        let description = $"{size.Samples} of {size.Batch} samples"
        from @case in new[]
        {
            new ContractCase("TrackLosses", description, ContractCase.Exact, bench => bench.Backend.TrackLosses(
                Remembered(bench, size, tracks: true),
                bench.InputBuffer(size.Batch, _ => Few(bench), size.Samples),
                size.Samples)),
            new ContractCase("HalveSteps", description, ContractCase.Exact, bench => HalveSteps(bench, size)),
        }
        select @case;

    /// <param name="tracks">Which of the two operations it is for: what that does not write is an input.</param>
    private static AttackProgress Remembered(Workbench bench, (int Batch, int Samples) size, bool tracks)
    {
        DeviceBuffer Figures(string name, bool isWritten, Func<int, float> draw) => isWritten
            ? bench.OutputBuffer(name, size.Batch, draw, size.Samples)
            : bench.InputBuffer(size.Batch, draw, size.Samples);
        return new AttackProgress(
            Figures("previous", tracks, _ => Few(bench)),
            Figures("best", tracks, _ => Few(bench)),
            Figures("improved", tracks, _ => 1),
            bench.OutputBuffer(tracks ? "rises" : "", size.Batch, i => i % 8, size.Samples),
            Figures("bestAtCheckpoint", !tracks, _ => Few(bench)),
            Figures("halved", !tracks, i => i % 3 == 0 ? 1 : 0));
    }

    /// <summary>What it sets to 0 would be an output that says nothing: it is given with 1 added.</summary>
    private static void HalveSteps(Workbench bench, (int Batch, int Samples) size)
    {
        var progress = Remembered(bench, size, tracks: false);
        bench.Backend.HalveSteps(
            progress,
            bench.InputBuffer(size.Batch, i => i % 5 == 4 ? 0 : 3 + i % 5, size.Samples), // every fifth sample is at no checkpoint
            bench.OutputBuffer("steps", size.Batch, _ => bench.Draw(0.1, 1), size.Samples),
            bench.OutputBuffer("halvedNow", size.Batch, written: size.Samples),
            size.Samples);
        var rises = progress.Rises.ToArray(size.Samples);
        for (var i = 0; i < rises.Length; i++)
        {
            bench.Result($"rises {i} and 1", rises[i] + 1);
        }
    }

    /// <summary>Where what is known of each sample lies in lanes. Not all samples are marked, and where there are two or more not none.</summary>
    private static IEnumerable<ContractCase> OfActivations(ShapeTable shapes) =>
        from shape in shapes.All
        from isStatic in new[] { false, true }
        where !isStatic || shape.Lanes.Timesteps > 1
        let layout = isStatic ? shape.Static : shape.Shape
        let description = $"{shape}{(isStatic ? ", static" : "")}"
        from @case in new[]
        {
            new ContractCase("DropSamples", $"of an activation, {description}", ContractCase.Exact, bench => bench.Backend.DropSamples(
                Marks(bench, shape), bench.Output("values", layout, shape.Samples), shape.Samples)),
            new ContractCase("FillSamples", description, ContractCase.Exact, bench => bench.Backend.FillSamples(
                bench.Output("values", layout, shape.Samples), Marks(bench, shape), 0.75f, shape.Samples)),
        }
        select @case;

    private static DeviceBuffer Marks(Workbench bench, ShapeCase shape) =>
        bench.InputBuffer(shape.Lanes.Batch, i => i % 3 == 1 || i % 7 == 5 ? 1 : 0, shape.Samples);

    private static float Few(Workbench bench) => 0.25f * (bench.DrawInteger(4) - 1);

    /// <summary>Every other image is in the ball, one of three is outside [0, 1] somewhere or is no number.</summary>
    private static void MarkOutside(Workbench bench, (int Batch, int Samples, int Pixels) size, Norm norm)
    {
        var radius = norm == Norm.Infinity ? 0.1f : 0.1f * MathF.Sqrt(size.Pixels);
        bench.Backend.MarkOutside(
            bench.InputBuffer(size.Batch * size.Pixels, i => (i % size.Pixels == 0, i / size.Pixels % 3) switch
            {
                (true, 1) => i % 2 == 0 ? float.NaN : -0.01f,
                (_, 0) => bench.Draw(0.41, 0.59),
                _ => bench.Draw(0.61, 0.7),
            }, size.Samples * size.Pixels),
            bench.InputBuffer(size.Batch * size.Pixels, _ => 0.5f, size.Samples * size.Pixels),
            new Budget(norm, radius),
            1e-6f,
            bench.OutputBuffer("outside", size.Batch, written: size.Samples),
            size.Samples);
    }

    /// <summary>Images, and the numbers that belong to them.</summary>
    private static void DropSamples(Workbench bench, (int Batch, int Samples, int Pixels) size)
    {
        var dropped = bench.InputBuffer(size.Batch, i => i % 3 == 0 ? 1 : 0, size.Samples);
        bench.Backend.DropSamples(dropped, bench.OutputBuffer("images", size.Batch * size.Pixels, written: size.Samples * size.Pixels), size.Samples);
        var numbers = bench.Numbers(size.Batch);
        bench.Backend.DropSamples(dropped, numbers, size.Samples);
        var left = new int[size.Batch];
        numbers.DownloadAs<int>(left);
        for (var i = 0; i < left.Length; i++)
        {
            bench.Result($"number {i} and 1", left[i] + 1);
        }
    }
}
