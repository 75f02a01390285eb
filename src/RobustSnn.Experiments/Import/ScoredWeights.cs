using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>
/// Which weights the scores of HYDRA's and HARP's layers keep (METHODS 5). A layer stores all its weights, <c>popup_scores</c> of their
/// shape and, in HARP's, <c>k_score</c>, the learned number r of the share that it keeps; the share of all is in no file.
/// </summary>
internal sealed class ScoredWeights
{
    private const string Scores = ".popup_scores";
    private const string Rate = ".k_score";

    // HARP's: the least share of a layer is this part of the share of all.
    private const double LeastPart = 0.1;

    private readonly TensorFile file;
    private readonly double? keep;
    private readonly bool hasRates;

    /// <param name="file">With scores or without any.</param>
    /// <param name="keep">The share of all weights that is kept; null where the user did not say it.</param>
    /// <exception cref="BadInputException">A share is missing, needless, or outside (0, 1].</exception>
    public ScoredWeights(TensorFile file, double? keep)
    {
        this.file = file;
        this.keep = keep;
        Any = file.Tensors.Any(tensor => tensor.Name.EndsWith(Scores, StringComparison.Ordinal));
        hasRates = file.Tensors.Any(tensor => tensor.Name.EndsWith(Rate, StringComparison.Ordinal));
        if (keep is not (null or (> 0 and <= 1)))
        {
            throw new BadInputException($"--keep: expected a share above 0 and at most 1, such as 0.1, found {FormattableString.Invariant($"{keep}")}");
        }

        if (Any && keep is null)
        {
            throw new BadInputException(
                $"{file.FilePath}: has scores of its weights (popup_scores), and no file says how many of them are kept: expected --keep SHARE, "
                + "the share that the network was pruned to (its --k), such as 0.1; 1 where it was not pruned");
        }

        if (!Any && keep is not null)
        {
            throw new BadInputException(
                $"{file.FilePath}: expected scores of its weights (popup_scores), of which --keep says how many count, found none; leave --keep out");
        }
    }

    /// <summary>Whether there are scores.</summary>
    public bool Any { get; }

    /// <summary>Whether layers have learned shares.</summary>
    public bool HasRates => hasRates;

    /// <summary>Whether a tensor is part of what says which weights are kept.</summary>
    public static bool IsPart(HostTensor tensor) =>
        tensor.Name.EndsWith(Scores, StringComparison.Ordinal) || tensor.Name.EndsWith(Rate, StringComparison.Ordinal);

    /// <summary>Which of a layer's weights are kept: those with the largest |score|, the later of equals.</summary>
    /// <param name="weight">Of a convolution or linear layer.</param>
    /// <exception cref="BadInputException">Its scores or its share are missing, of another shape, or no numbers.</exception>
    public SparsityPattern Pattern(Parameter weight)
    {
        string layer = weight.Name[..^".weight".Length];
        float[] magnitudes = Array.ConvertAll(Values(layer + Scores, [.. weight.Dimensions]), Math.Abs);
        int pruned = keep is 1 ? 0 : Pruned(layer, magnitudes.Length);
        float[] sorted = [.. magnitudes];
        Array.Sort(sorted);
        float least = pruned < sorted.Length ? sorted[pruned] : float.PositiveInfinity;
        int equals = pruned - magnitudes.Count(magnitude => magnitude < least);
        var kept = new List<int>(sorted.Length - pruned);
        for (var i = 0; i < magnitudes.Length; i++)
        {
            if (magnitudes[i] > least || (magnitudes[i] == least && --equals < 0))
            {
                kept.Add(i);
            }
        }

        return new SparsityPattern(magnitudes.Length, CollectionsMarshal.AsSpan(kept));
    }

    /// <summary>
    /// How many weights of a layer are left out, rounded down as theirs: in double precision from the share of all, in single precision from
    /// a learned one.
    /// </summary>
    private int Pruned(string layer, int count)
    {
        if (!hasRates)
        {
            return (int)((1 - keep!.Value) * count);
        }

        double least = LeastPart * keep!.Value;
        float learned = 1 / (1 + MathF.Exp(-Values(layer + Rate, [])[0]));
        float share = (learned * (float)(1 - least)) + (float)least;
        return (int)((1 - share) * count);
    }

    private float[] Values(string name, int[] dimensions)
    {
        string expected = $"[{string.Join(", ", dimensions)}]";
        if (!file.TryGet(name, out HostTensor? tensor))
        {
            throw new BadInputException(
                $"{file.FilePath}: expected the tensor '{name}' {expected}, as other layers have one, found none; save the whole state_dict");
        }

        if (!tensor.Dimensions.SequenceEqual(dimensions))
        {
            throw new BadInputException(
                $"{file.FilePath}: tensor '{name}' expected {expected}, found [{string.Join(", ", tensor.Dimensions)}]; only networks that "
                + "were pruned by single weights are read, not by channels");
        }

        float[] values = tensor.ToFloats();
        return Array.TrueForAll(values, float.IsFinite)
            ? values
            : throw new BadInputException(
                $"{file.FilePath}: tensor '{name}' expected finite numbers, found "
                + FormattableString.Invariant($"{Array.Find(values, value => !float.IsFinite(value))}") + "; the file is damaged, or its training has diverged");
    }
}
