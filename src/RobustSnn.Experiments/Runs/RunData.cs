using System.Collections.Immutable;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>The images of a run: what is trained on, what checkpoints are chosen on, what is tested on. The three never overlap.</summary>
internal sealed record RunData(DataSet Set, ImmutableArray<int> Training, ImmutableArray<int> Validation, ImmutableArray<int> Test)
{
    /// <summary>What training mixes in besides; null where it does not.</summary>
    public ImageSet? Extra { get; private init; }

    /// <summary>
    /// What tells whether <see cref="Extra"/> is still what it was when the run began: one image fewer, and every batch after it has others.
    /// Null where there are none.
    /// </summary>
    public ImageDigest? ExtraDigest { get; private init; }

    private double ExtraShare { get; init; }

    private Augmentation Augmentation { get; init; }

    /// <summary>What the batches of training are made of: the data set's training images, augmented, and the extra ones behind them.</summary>
    /// <exception cref="BadInputException">The share of extra images leaves none, or none of the others, in a batch of this size.</exception>
    public BatchRecipe Batches(int batchSize) => Extra is null
        ? new(Set.Train, new(Training, batchSize, dropLast: false), Augmentation, Set.Statistics)
        : new(
            new ExtendedImages(Set.Train, Extra), new(Training, batchSize, dropLast: false, new(Set.Train.Count, Extra.Count, ExtraShare)),
            Augmentation, Set.Statistics);

    /// <exception cref="BadInputException">The data set cannot be read, or has fewer images than asked for.</exception>
    public static RunData Open(DataSettings data, int? testSamples, ulong seed, CancellationToken cancellation = default)
    {
        var shapes = Shapes10Settings.Default;
        var set = DataSets.Open(data.Name.ToString().ToLowerInvariant(), data.Directory, shapes with
        {
            Seed = seed,
            TrainCount = data.TrainCount ?? shapes.TrainCount,
            TestCount = data.TestCount ?? shapes.TestCount,
        }, cancellation);
        data.Augmentation.ToData().RequireFits(set.Train.ImageShape);
        var used = Subset(set.Train, data.TrainCount, "data.train_count", seed);
        var split = DataSplit.Stratified(set.Train, data.ValidationCount, seed);
        var training = Without(used, split.Validation);
        if (training.Length == 0)
        {
            throw new BadInputException(
                $"data.train_count: {used.Length} images, all of them held out by data.validation_count {data.ValidationCount}; expected "
                + "images left to train on");
        }

        if (testSamples is not null && data.TestCount is not null && testSamples > data.TestCount)
        {
            throw new BadInputException($"evaluate.samples: expected at most data.test_count {data.TestCount}, found {testSamples}");
        }

        var test = Subset(set.Test, testSamples ?? data.TestCount, testSamples is null ? "data.test_count" : "evaluate.samples", seed);
        var (extra, notes) = ReadExtra(data.Extra, set, split.Validation, cancellation);
        return new RunData(set with { Notes = [.. set.Notes, .. notes] }, training, split.Validation, test)
        {
            Extra = extra,
            ExtraDigest = extra is null ? null : ImageDigest.Of(extra, cancellation),
            ExtraShare = data.Extra.Share,
            Augmentation = data.Augmentation.ToData(),
        };
    }

    private static (ImageSet? Images, ImmutableArray<string> Notes) ReadExtra(
        ExtraSettings extra, DataSet set, ImmutableArray<int> validation, CancellationToken cancellation)
    {
        if (extra.Path is not { } path)
        {
            return (null, []);
        }

        var skipped = new SkippedEntries();
        var images = ExtraImages.Read(path, set, validation, skipped, cancellation);
        return (images, [.. skipped.Sentences(path), $"{path}: {images.Count:N0} extra images, {extra.Share:P0} of every batch"]);
    }

    private static ImmutableArray<int> Without(ImmutableArray<int> images, ImmutableArray<int> heldOut)
    {
        var excluded = heldOut.ToHashSet();
        return [.. images.Where(image => !excluded.Contains(image))];
    }

    private static ImmutableArray<int> Subset(ImageSet images, int? count, string key, ulong seed)
    {
        if (count > images.Count)
        {
            throw new BadInputException($"{key}: expected at most the {images.Count} images of {images.Name}, found {count}");
        }

        return count is null || count == images.Count
            ? [.. Enumerable.Range(0, images.Count)]
            : DataSplit.Stratified(images, count.Value, seed).Validation;
    }
}
