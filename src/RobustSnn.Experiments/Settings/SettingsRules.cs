using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Experiments.Settings;

/// <summary>What must hold between settings, beyond the type and range of each.</summary>
internal static class SettingsRules
{
    /// <summary>Every rule that the experiment breaks: the key to blame and why.</summary>
    public static IEnumerable<(string Path, string Problem)> Broken(ExperimentSettings settings)
    {
        // The name becomes a folder's name.
        if (settings.Name.StartsWith('.') || !settings.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))
        {
            yield return ("name", $"expected letters, digits, '.', '_' and '-', not beginning with '.', found '{settings.Name}'");
        }

        foreach (var broken in NetworkRules.Broken(settings.Network))
        {
            yield return broken;
        }

        foreach (var broken in StageRules.Broken(settings).Concat(PruneRules.Broken(settings.Prune)).Concat(Mixtures(settings)))
        {
            yield return broken;
        }

        foreach (var broken in Norms(settings))
        {
            yield return broken;
        }

        if (settings.Energy?.Attack is { } attack && AttackCatalogue.Parse(attack.Name).Members.Count != 1)
        {
            yield return ("energy.attack", $"expected one attack with one gradient estimator such as pgd10, found {attack.Name}");
        }

        if (settings.Energy?.Attack is not null && settings.Evaluate.Epsilon.Count == 0)
        {
            yield return ("energy.attack", "expected a radius in evaluate.epsilon, found none");
        }

        DataSettings data = settings.Data;
        if (data.Directory is null && data.Name != DataSetName.Shapes10)
        {
            yield return ("data.directory", $"the key is missing: data set {SettingName.Of(data.Name.ToString())} is read from a folder");
        }

        if (data.Directory is not null && data.Name == DataSetName.Shapes10)
        {
            yield return ("data.directory", $"expected nothing, as the program draws shapes10, found '{data.Directory}'; set it to null");
        }

        if (data.Name == DataSetName.Shapes10 && data.TrainCount is null)
        {
            yield return ("data.train_count", "the key is missing: shapes10 has no number of images of its own");
        }

        if (data.Name == DataSetName.Shapes10 && data.TestCount is null)
        {
            yield return ("data.test_count", "the key is missing: shapes10 has no number of images of its own");
        }

        if (data.ValidationCount >= data.TrainCount)
        {
            yield return (
                "data.validation_count",
                $"expected fewer than the {data.TrainCount} of data.train_count, found {data.ValidationCount}");
        }

        if (data.Extra.Path is not null && Math.Round(data.Extra.Share * settings.BatchSize) is var extra && (extra < 1 || extra >= settings.BatchSize))
        {
            yield return (
                "data.extra.share",
                $"expected at least one extra image and one of the data set in a batch of {settings.BatchSize}, found the share {data.Extra.Share}");
        }

        if (data.Augmentation is { Crop: > 0, ResizedCrop: > 0 })
        {
            yield return (
                "data.augmentation.resized_crop",
                $"expected 0 where data.augmentation.crop is on, found {data.Augmentation.ResizedCrop}; set one of them to 0");
        }

        if (settings.FinetuneSnn.RandomStep.Value > settings.FinetuneSnn.Epsilon.Value)
        {
            yield return (
                "finetune_snn.random_step",
                $"expected at most finetune_snn.epsilon, {settings.FinetuneSnn.Epsilon}, found {settings.FinetuneSnn.RandomStep}");
        }
    }

    /// <summary>An attack that cannot attack in a ball would say so when everything else is done.</summary>
    private static IEnumerable<(string Path, string Problem)> Norms(ExperimentSettings settings)
    {
        var evaluated = from name in settings.Evaluate.Attacks
                        from epsilon in settings.Evaluate.Epsilon
                        select (Path: "evaluate.attacks", name.Name, epsilon);
        var counted = settings.Energy?.Attack is { } attack && settings.Evaluate.Epsilon.Count > 0
            ? [(Path: "energy.attack", attack.Name, epsilon: settings.Evaluate.Epsilon[0])]
            : Enumerable.Empty<(string Path, string Name, AttackBudget epsilon)>();
        return from each in evaluated.Concat(counted)
               where !AttackCatalogue.Parse(each.Name).Members.All(member => member.Attack.Takes(each.epsilon.Value.Norm))
               select (each.Path, $"expected attacks that know the norm of every radius in evaluate.epsilon, found {each.Name} beside {each.epsilon}");
    }

    /// <summary>Only adversarial training has batches to mix: TRADES and MART have a term of their own for clean images.</summary>
    private static IEnumerable<(string Path, string Problem)> Mixtures(ExperimentSettings settings)
    {
        (string Name, ITrainingSettings? Training)[] trainings =
        [
            ("pretrain", settings.Pretrain), ("prune.training", settings.Prune.Training), ("finetune_ann", settings.FinetuneAnn),
            ("finetune_snn", settings.FinetuneSnn),
        ];
        foreach (var (name, training) in trainings.Where(each => each.Training is { CleanShare: > 0 }))
        {
            var (key, share) = ($"{name}.clean_share", training!.CleanShare);
            if (training.Objective != Objective.At)
            {
                yield return (key, $"expected 0, as {SettingName.Of(training.Objective.ToString())} does not mix batches (at does), found {share}");
            }
            else if (Math.Round(share * settings.BatchSize) is var clean && (clean < 1 || clean >= settings.BatchSize))
            {
                yield return (key, $"expected a clean and an attacked image in a batch of {settings.BatchSize}, found the share {share}; 0 attacks them all");
            }
        }
    }
}
