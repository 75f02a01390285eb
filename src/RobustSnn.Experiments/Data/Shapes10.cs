using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>How many of the drawn images, and which.</summary>
public readonly record struct Shapes10Settings(ulong Seed, int TrainCount, int TestCount)
{
    public static Shapes10Settings Default => new(Seed: 1, TrainCount: 10_000, TestCount: 2_000);
}

/// <summary>
/// A built-in data set for trying things without downloads: ten shapes drawn on 3 × 32 × 32 images, at random places, sizes, angles
/// and colours, over texture, noise and clutter.
/// Beside the shape, which survives small perturbations, most images carry their class a second time as a faint high-frequency
/// pattern (<see cref="CueAmplitudeMinimum"/> … <see cref="CueAmplitudeMaximum"/> of 255). Natural training finds the pattern and
/// falls to perturbations of 4/255; robust training has to look at the shape.
/// Only integer arithmetic, and image i depends on the seed and i only: the same on every machine, with any counts.
/// </summary>
public static class Shapes10
{
    public const int CueAmplitudeMinimum = 2;
    public const int CueAmplitudeMaximum = 4;

    // One image in eight carries the pattern of a class drawn at random, so that the pattern alone is not quite enough.
    private const int ImagesPerRandomCue = 8;

    // Degrees. Small enough that a few thousand images suffice to learn the shapes.
    private const int MostTilt = 20;

    private const int Side = Canvas.Side;

    public static Shape ImageShape { get; } = new(3, Side, Side);

    public static ImmutableArray<string> ClassNames { get; } = [.. Enum.GetNames<Outline>().Select(name => name.ToLowerInvariant())];

    /// <summary>Draws both sets. Labels go round: image i is of class i mod 10.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">A count is below 1 or needs more than one array.</exception>
    public static (ImageSet Train, ImageSet Test) Generate(
        ulong seed, int trainCount, int testCount, CancellationToken cancellation = default) =>
        (Draw("shapes10 train", RandomPurpose.TrainShapes, seed, trainCount, cancellation),
         Draw("shapes10 test", RandomPurpose.TestShapes, seed, testCount, cancellation));

    /// <summary>
    /// The faint pattern of a class at one value: −1, 0 or 1. Five frequencies, each in brightness and in colour; moving or mirroring an
    /// image changes a pattern's phase only, so augmentation does not turn one class's pattern into another's.
    /// </summary>
    public static int Cue(int label, int channel, int row, int column)
    {
        var position = (label % 5) switch
        {
            0 => 2 * column,
            1 => 2 * row,
            2 => 2 * (row + column),
            3 => column,
            _ => row,
        };
        var sign = position % 4 < 2 ? 1 : -1;
        return label < 5 ? sign : sign * (1 - channel);
    }

    private static ImageSet Draw(string name, RandomPurpose purpose, ulong seed, int count, CancellationToken cancellation)
    {
        var most = Array.MaxLength / ImageShape.Count;
        if (count < 1 || count > most)
        {
            throw new BadInputException($"{name}: {count} images were asked for, expected 1 … {most}.");
        }

        var pixels = new byte[count * ImageShape.Count];
        var labels = new int[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            labels[index] = index % ClassNames.Length;
            var random = new DrawSequence(new SampleRandom(seed, purpose, epoch: 0, (uint)index));
            DrawImage(labels[index], ref random, pixels.AsSpan(index * ImageShape.Count, ImageShape.Count));
        });

        return new ImageSet(
            name, ImageShape, ClassNames,
            ImmutableCollectionsMarshal.AsImmutableArray(pixels), ImmutableCollectionsMarshal.AsImmutableArray(labels));
    }

    private static void DrawImage(int label, ref DrawSequence random, Span<byte> pixels)
    {
        var background = new Colour(random.Between(72, 183), random.Between(72, 183), random.Between(72, 183));
        var canvas = new Canvas(stackalloc int[3 * Side * Side]);
        canvas.Fill(background);
        for (var clutter = random.Between(1, 3); clutter > 0; clutter--)
        {
            // Small pieces of the same shapes, so that corners and edges alone do not give the class away.
            var piece = (Outline)random.Below(ClassNames.Length);
            canvas.Draw(piece, random.Below(64 * Side), random.Below(64 * Side), random.Between(90, 200), random.Below(360),
                Contrasting(background, 20, 40, ref random));
        }

        canvas.Draw(
            (Outline)label,
            centreRow: random.Between(64 * 12, 64 * 20),
            centreColumn: random.Between(64 * 12, 64 * 20),
            radius: random.Between(64 * 8, 64 * 11),
            degrees: random.Between(-MostTilt, MostTilt),
            Contrasting(background, 40, 80, ref random));
        canvas.AddTexture(ref random);

        var cueLabel = random.Below(ImagesPerRandomCue) > 0 ? label : random.Below(ClassNames.Length);
        var amplitude = random.Between(CueAmplitudeMinimum, CueAmplitudeMaximum);
        for (var i = 0; i < pixels.Length; i++)
        {
            var cue = amplitude * Cue(cueLabel, i / (Side * Side), i / Side % Side, i % Side);
            pixels[i] = (byte)Math.Clamp(canvas[i] + cue + random.Noise(), 0, 255);
        }
    }

    /// <summary>A colour lighter or darker than another by <paramref name="least"/> … <paramref name="most"/>, of a somewhat other hue.</summary>
    private static Colour Contrasting(Colour other, int least, int most, ref DrawSequence random)
    {
        var difference = random.Between(least, most) * (random.Below(2) == 0 ? 1 : -1);
        return new(
            other.Red + difference + random.Between(-16, 16),
            other.Green + difference + random.Between(-16, 16),
            other.Blue + difference + random.Between(-16, 16));
    }
}
