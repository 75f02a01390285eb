using System.Security.Cryptography;
using System.Text;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Shards;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Evaluations;

/// <summary>An evaluation from files to files: of a network's checkpoint, with a ledger that outlives a kill.</summary>
public static class NetworkEvaluation
{
    /// <summary>Evaluates what is asked for, or what is left of it.</summary>
    /// <returns>The figures, the ledger that they are queries on, and what resuming left out.</returns>
    /// <exception cref="BadInputException">Something that is asked for cannot be, or a file is none or another evaluation's.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: the ledger has what was found out so far.</exception>
    public static EvaluatedNetwork Run(
        EvaluationRequest request, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        var images = request.Shard is { } shard ? Part(request.Images, shard) : request.Images;
        RequireWholeImages(request);
        using IClassifier classifier = Classify(request);
        using var evaluation = new Evaluation(classifier, request.Options);
        AddOrigins(evaluation, request);
        evaluation.RequireRunnable(request.Attacks);
        using var journal = request.Ledger is { } path ? Open(request, path, images, cancellation) : null;
        var adversarial = request.ImagesFolder is { } folder ? new AdversarialImages(folder, request.Data, images) : null;
        var record = new FileRecord(journal, adversarial);
        var result = evaluation.Run(images, request.Attacks, progress, cancellation, record);
        journal?.Finish();
        string[] written = adversarial is null ? [] : [adversarial.Write()];
        return new EvaluatedNetwork(result, record.Known, images, [.. journal?.Notes ?? [], .. written]);
    }

    private static ImageSamples Part(ImageSamples images, Shard shard)
    {
        var (first, end) = shard.Range(images.Count, "images");
        return images.Between(first, end);
    }

    /// <summary>What decides, and what gives gradients. The caller's to dispose.</summary>
    /// <exception cref="BadInputException">A network in integers does not belong to the model.</exception>
    public static IClassifier Classify(EvaluationRequest request) => request.FixedPoint is { } deployed
        ? new FixedPointClassifier(deployed.Network, request.Model, request.Options.Batch, deployed.Threads)
        : new Classifier(request.Model, request.Options.Batch, request.Options.Timesteps);

    private static void AddOrigins(Evaluation evaluation, EvaluationRequest request)
    {
        var followed = request.Attacks.SelectMany(asked => asked.Attack.Members).Select(member => member.Origin).ToHashSet();
        foreach (var origin in request.Origins)
        {
            try
            {
                evaluation.AddOrigin(origin.Name, origin.Model, origin.Timesteps);
            }
            catch (BadInputException mistake)
            {
                throw new BadInputException($"--transfer: {mistake.Message}", mistake);
            }

            if (!followed.Contains(origin.Name))
            {
                throw new BadInputException($"--transfer: expected an attack along the gradients of {origin.Checkpoint}, such as pgd10@{origin.Name}, found none");
            }
        }
    }

    // A ledger has no pixels: of what was broken before, there would be no image.
    private static void RequireWholeImages(EvaluationRequest request)
    {
        if (request is { Resumes: true, ImagesFolder: { } folder })
        {
            throw new BadInputException($"--save-images: expected an evaluation from its beginning, found --resume beside '{folder}': the ledger has not the images "
                + "that were found before. Leave one of the two out");
        }
    }

    private static LedgerJournal Open(EvaluationRequest request, string path, ImageSamples images, CancellationToken cancellation)
    {
        var header = new LedgerHeader(
            RunResults.ProgramVersion, DigestOf(request), request.Data.Name, ImageDigest.Of(request.Data.Test, cancellation),
            request.Options.Timesteps, request.Options.Seed, request.Model.Backend.Name.Split(' ')[0], request.Model.Backend.Arithmetic,
            request.Options.Batch, request.Options.StopsEarly, [.. request.Attacks.Select(asked => Named(asked, request.Options.Timesteps)).Distinct()],
            NumberRanges.Of(Enumerable.Range(0, images.Count).Select(images.Number)),
            request.Shard is { Of: > 1 } shard ? LedgerShard.Parse("--shard", shard.ToString()) : null)
        {
            FixedPointBits = request.FixedPoint?.Bits,
            Origins = request.Origins.ToDictionary(origin => origin.Name, origin => LedgerHeader.DigestOf(origin.Checkpoint)),
        };
        return request.Resumes ? LedgerJournal.Resume(path, header) : LedgerJournal.Create(path, header);
    }

    /// <summary>Of the file; of somebody else's, also of what the user says that it is: a normalisation, a leak, which weights count.</summary>
    private static string DigestOf(EvaluationRequest request)
    {
        var file = LedgerHeader.DigestOf(request.Checkpoint);
        if (request.FixedPoint is { Bits: null } || ModelFile.IsCheckpoint(request.Checkpoint))
        {
            return file;
        }

        var kept = string.Join(' ', request.Model.Parameters.All.Select(parameter => parameter.Pattern?.Count ?? parameter.Specification.Count));
        var network = Encoding.UTF8.GetBytes($"{file}\n{NetworkJson.Write(request.Model.Network)}\n{kept}");
        return Convert.ToHexStringLower(SHA256.HashData(network));
    }

    private static LedgerAttack Named(AttackInBudget asked, int timesteps) =>
        new(asked.Attack.Name, [.. asked.Attack.For(timesteps).Members.Select(member => member.In(asked.Budget))]);
}

/// <summary>What an evaluation found.</summary>
/// <param name="Images">On which it was.</param>
/// <param name="Notes">What resuming left out, and which images were written, a sentence each.</param>
public sealed record EvaluatedNetwork(EvaluationResult Result, Ledger Ledger, ImageSamples Images, IReadOnlyList<string> Notes);
