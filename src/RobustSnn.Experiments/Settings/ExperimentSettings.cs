namespace RobustSnn.Experiments.Settings;

/// <summary>
/// One experiment, complete: what an experiment file says. A stage with 0 epochs, or a sparsity of 0, hands on what it was given; settings of
/// stages that are not in the list are not read. These records are the one place where keys, types, ranges and defaults are written:
/// <see cref="SettingsTable"/> derives reading, writing, checking and listing from them.
/// </summary>
public sealed record ExperimentSettings(
    [Setting("Name of the experiment: letters, digits, '.', '_' and '-'")] string Name,
    [Setting("What the experiment shows, in one line")] string? Description,
    [Setting("Seed of every random number")] ulong Seed,
    [Setting("Images")] DataSettings Data,
    [Setting("Network")] NetworkSettings Network,
    [Setting("Training images a step", Minimum = 1)] int BatchSize,
    [Setting("Training the ANN (METHODS 4)")] AnnTrainingSettings Pretrain,
    [Setting("Pruning the ANN (METHODS 5)")] PruneSettings Prune,
    [Setting("Training the weights that pruning kept (METHODS 5)")] AnnTrainingSettings FinetuneAnn,
    [Setting("Turning the ANN into an SNN (METHODS 6)")] ConvertSettings Convert,
    [Setting("Training the SNN (METHODS 7)")] SnnTrainingSettings FinetuneSnn,
    [Setting("Attacking the SNN (METHODS 8)")] EvaluateSettings Evaluate,
    [Setting("Stages in their order; the papers' where left out: pretrain, prune, finetune_ann, convert, finetune_snn")]
    ValueList<Stage>? Stages = null,
    [Setting("A network to begin with, in place of a new one")] StartSettings? Start = null,
    [Setting("Counting what spikes cost (METHODS 9); not done where left out")] EnergySettings? Energy = null)
{
    /// <summary>The stages that run, in their order.</summary>
    internal IReadOnlyList<Stage> RunningStages =>
        [.. (Stages ?? StageNames.PapersOrder).SkipWhile(stage => Start is { } start && stage != start.At)];
}

/// <summary>Where images come from.</summary>
public enum DataSetName
{
    /// <summary>Ten kinds of shapes that the program draws: needs no files.</summary>
    Shapes10,

    /// <summary>CIFAR-10 in its binary form.</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary form; the fine labels are its classes.</summary>
    Cifar100,

    /// <summary>SVHN's cropped digits.</summary>
    Svhn,

    /// <summary>TinyImageNet in its official layout. A name of one word, as it is in files.</summary>
    Tinyimagenet,

    /// <summary>A folder with train/class/image and test/class/image.</summary>
    Folder,
}

/// <summary>Images: which, how many, how changed while training (METHODS 3).</summary>
public sealed record DataSettings(
    [Setting("Data set")] DataSetName Name,
    [Setting("Folder of the data set; none for shapes10")] string? Directory,
    [Setting("Images to train and validate on; all where left out", Minimum = 1)] int? TrainCount,
    [Setting("Images to test on; all where left out", Minimum = 1)] int? TestCount,
    [Setting("Images set apart from training to choose checkpoints on", Minimum = 0)] int ValidationCount,
    [Setting("Changes to training images")] AugmentationSettings Augmentation,
    [Setting("Images from elsewhere that training mixes in")] ExtraSettings Extra);

/// <summary>Changes to training images.</summary>
public sealed record AugmentationSettings(
    [Setting("Pixels of padding before a random crop; 0 is off", Minimum = 0)] int Crop,
    [Setting("Flip every other image at random")] bool Flip,
    [Setting("Side of a square filled with the mean, in pixels; 0 is off", Minimum = 0)] int Cutout,
    [Setting("Side to which a random part of an image is resized, that of the images themselves; 0 is off", Minimum = 0)] int ResizedCrop = 0)
{
    /// <summary>As images are changed by it.</summary>
    internal Data.Augmentation ToData() => new(Crop, Flip, Cutout, ResizedCrop);
}

/// <summary>Images from elsewhere that training mixes in, labelled by another network (P2 trains CIFAR-10 so).</summary>
public sealed record ExtraSettings(
    [Setting("Folder with train/class/image, or file or folder in CIFAR-10's binary form; none where left out")] string? Path = null,
    [Setting("Share of them in every batch; an epoch is still one of the data set's own images", Minimum = 0, AboveMinimum = true,
        Maximum = 1, BelowMaximum = true)] double Share = 0.5);

/// <summary>Conversion by threshold balancing (METHODS 6).</summary>
public sealed record ConvertSettings(
    [Setting("Steps simulated while balancing", Minimum = 1)] int Timesteps = 100,
    [Setting("Training batches balanced on", Minimum = 1)] int BatchCount = 10,
    [Setting("Images a batch", Minimum = 1)] int BatchSize = 64,
    [Setting("Percentile of the input current that becomes the threshold", Minimum = 0, Maximum = 100)] double Percentile = 99.7,
    [Setting("Factor on every threshold afterwards", Minimum = 0, AboveMinimum = true)] double Scale = 0.3,
    [Setting("Threshold of every layer, in place of balancing", Minimum = 0.03, Maximum = 1e6)] double? Threshold = null);

/// <summary>The evaluation (METHODS 8).</summary>
public sealed record EvaluateSettings(
    [Setting("Test images attacked; all where left out", Minimum = 1)] int? Samples,
    [Setting("Radii of the attacks, each of which is run in each: 8/255 or l2:0.5")] ValueList<AttackBudget> Epsilon,
    [Setting("Images a batch", Minimum = 1)] int BatchSize,
    [Setting("Attacks, in order; accuracy on clean images is always measured")] ValueList<AttackName> Attacks,
    [Setting("Stages whose networks are evaluated; where left out, all that leave one that was trained or converted")]
    ValueList<Stage>? Stages = null);

/// <summary>Counting what the spikes of the final table's spiking networks cost (METHODS 9).</summary>
public sealed record EnergySettings(
    [Setting("Test images counted on, of those of the evaluation; all of them where left out", Minimum = 1)] int? Samples = null,
    [Setting("An attack to count under as well, of one gradient estimator, at the evaluation's first radius")] AttackName? Attack = null);
