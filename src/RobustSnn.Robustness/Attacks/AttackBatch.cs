using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// The samples under attack, on the device, and the scratch memory of attacks. Reused from batch to batch: what an attack once
/// allocated here serves all its later runs.
/// </summary>
public sealed partial class AttackBatch : IDisposable
{
    private readonly float[] imagesHost;
    private readonly int[] labelsHost;
    private readonly int[] numbersHost;
    private readonly float[] vector;
    private readonly DeviceBuffer referenceLogits;
    private readonly DeviceBuffer meanLogits; // over the passes of a gradient
    private readonly DeviceBuffer notFinite;
    private readonly DeviceBuffer notFiniteLogits;
    private readonly DeviceBuffer vanished;
    private readonly DeviceBuffer vanishedNow;
    private readonly DeviceBuffer fresh; // marks of samples whose first gradient is yet to come
    private readonly DeviceBuffer zeros;
    private readonly Dictionary<string, DeviceBuffer> images = [];
    private readonly Dictionary<string, DeviceBuffer> vectors = [];
    private readonly Dictionary<string, DeviceBuffer> logits = [];
    private bool hasFresh;
    private GradientEstimator? running;

    public AttackBatch(IClassifier classifier)
    {
        Classifier = classifier;
        var batch = classifier.Batch;
        var pixels = (long)batch * classifier.PixelCount;
        imagesHost = new float[pixels];
        labelsHost = new int[batch];
        numbersHost = new int[batch];
        vector = new float[batch];
        Clean = Backend.Allocate(pixels);
        Adversarial = Backend.Allocate(pixels);
        Labels = Backend.Allocate(batch);
        Numbers = Backend.Allocate(batch, ElementType.Int32);
        notFinite = Backend.Allocate(batch);
        notFiniteLogits = Backend.Allocate(batch);
        vanished = Backend.Allocate(batch);
        vanishedNow = Backend.Allocate(batch);
        fresh = Backend.Allocate(batch);
        zeros = Backend.Allocate(batch);
        Broken = Backend.Allocate(batch);
        CleanLogits = Backend.Allocate((long)batch * classifier.Classes);
        LossValues = Backend.Allocate(batch);
        StepSizes = Backend.Allocate(batch);
        referenceLogits = Backend.Allocate((long)batch * classifier.Classes);
        meanLogits = Backend.Allocate(referenceLogits.Length);
    }

    public IClassifier Classifier { get; }

    public IBackend Backend => Classifier.Backend;

    /// <summary>Samples under attack: the first ones of every buffer.</summary>
    public int Samples { get; private set; }

    /// <summary>Floats of the images under attack.</summary>
    public long PixelCount => (long)Samples * Classifier.PixelCount;

    /// <summary>(sample, channel, row, column) in [0,1].</summary>
    public DeviceBuffer Clean { get; }

    /// <summary>The attack's result, likewise.</summary>
    public DeviceBuffer Adversarial { get; }

    /// <summary>Class of each sample, as a float.</summary>
    public DeviceBuffer Labels { get; }

    /// <summary>Each sample's number in its data set, <see cref="ElementType.Int32"/>: its draws are its own, whoever else is attacked.</summary>
    public DeviceBuffer Numbers { get; }

    /// <summary>Loss of each sample, of the last losses or loss gradient that were asked for.</summary>
    public DeviceBuffer LossValues { get; }

    /// <summary>Step of each sample, for an attack that has its own; <see cref="Step"/> overwrites it.</summary>
    public DeviceBuffer StepSizes { get; }

    /// <summary>1 for each sample whose adversarial image the last step of an <see cref="AttackRun"/> saw to fool the network as deployed, else 0.</summary>
    public DeviceBuffer Broken { get; }

    /// <summary>Logits (sample, class) of the clean images by the network as deployed, of samples that were brought by <see cref="Place"/>.</summary>
    public DeviceBuffer CleanLogits { get; }

    public ReadOnlySpan<int> LabelsHost => labelsHost.AsSpan(0, Samples);

    /// <summary>As <see cref="Numbers"/>.</summary>
    public ReadOnlySpan<int> NumbersHost => numbersHost.AsSpan(0, Samples);

    /// <summary>Samples whose input gradient was zero everywhere in the first pass since <see cref="WatchGradients"/>.</summary>
    public int VanishedGradients => CountMarked(vanished);

    /// <summary>
    /// Marks of single samples, as <see cref="VanishedGradients"/>, <see cref="NotFiniteGradients"/> and <see cref="NotFiniteLogits"/> count them.
    /// </summary>
    public (DeviceBuffer VanishedGradient, DeviceBuffer NotFiniteGradient, DeviceBuffer NotFiniteLogits) Watched => (vanished, notFinite, notFiniteLogits);

    /// <summary>
    /// Samples of which some input gradient since <see cref="WatchGradients"/> held a value that is no finite number: steps along it stand
    /// still, so that what follows it says nothing about them.
    /// </summary>
    public int NotFiniteGradients => CountMarked(notFinite);

    /// <summary>
    /// Samples of which some pass since <see cref="WatchGradients"/> gave logits that are no finite numbers: nobody can say how they are classified.
    /// </summary>
    public int NotFiniteLogits => CountMarked(notFiniteLogits);

    /// <summary>Puts samples under attack: as many as labels.</summary>
    /// <param name="numbers">Of each sample in its data set.</param>
    public void Load(ReadOnlySpan<float> pixels, ReadOnlySpan<int> labels, ReadOnlySpan<int> numbers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labels.Length, Classifier.Batch);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, labels.Length * Classifier.PixelCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(numbers.Length, labels.Length);
        labels.CopyTo(labelsHost);
        numbers.CopyTo(numbersHost);
        Samples = labels.Length;
        Clean.Upload(pixels);
        for (var sample = 0; sample < Samples; sample++)
        {
            vector[sample] = labelsHost[sample];
        }

        Labels.Upload(vector.AsSpan(0, Samples));
        Numbers.UploadAs<int>(numbersHost.AsSpan(0, Samples));
    }

    /// <summary>Goes on without the marked samples: those that are left move to the front, on the device, so that later passes are smaller.</summary>
    public void Drop(DeviceBuffer marks)
    {
        var dropped = vector.AsSpan(0, Samples);
        marks.Download(dropped);
        var next = 0;
        for (var sample = 0; sample < dropped.Length; sample++)
        {
            if (dropped[sample] == 0)
            {
                (labelsHost[next], numbersHost[next]) = (labelsHost[sample], numbersHost[sample]);
                next++;
            }
        }

        if (next < Samples)
        {
            Backend.DropSamples(marks, Clean, Samples);
            Backend.DropSamples(marks, Labels, Samples);
            Backend.DropSamples(marks, Numbers, Samples);
        }

        Samples = next;
    }

    /// <summary>
    /// Puts a sample into a place of the batch, which is as many samples from now on as that takes at least. What else the batch holds of that
    /// place is of another sample until a run's <see cref="AttackRun.Enter"/>.
    /// </summary>
    /// <param name="logits">Of the clean image, by the network as deployed.</param>
    public void Place(int place, ReadOnlySpan<float> pixels, int label, int number, ReadOnlySpan<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(place, Samples);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Classifier.Batch);
        (labelsHost[place], numbersHost[place]) = (label, number);
        Clean.Upload(pixels, (long)place * Classifier.PixelCount);
        Labels.Upload([label], place);
        Numbers.UploadAs<int>([number], place);
        CleanLogits.Upload(logits, (long)place * Classifier.Classes);
        Samples = Math.Max(Samples, place + 1);
    }

    /// <summary>Empties the batch: samples are placed anew.</summary>
    public void Clear() => Samples = 0;

    /// <summary>
    /// As <see cref="Drop"/> in the middle of a run: everything that the batch holds of samples moves with those that are left.
    /// </summary>
    /// <param name="dropped">1 for each sample that leaves, else 0.</param>
    /// <returns>Of each place that is left, which it was.</returns>
    public int[] DropRunning(DeviceBuffer dropped)
    {
        var before = Samples;
        var marks = dropped.ToArray(before);
        int[] sources = [.. Enumerable.Range(0, before).Where(place => marks[place] == 0)];
        foreach (var buffer in images.Values.Concat(vectors.Values).Concat(logits.Values)
            .Concat([Adversarial, CleanLogits, fresh, vanished, notFinite, notFiniteLogits])
            .Where(buffer => buffer != dropped))
        {
            Backend.DropSamples(dropped, buffer, before);
        }

        if (running is { } estimator)
        {
            Classifier.DropSamples(estimator, dropped, before);
        }

        Drop(dropped);
        return sources;
    }

    /// <summary>
    /// The marked samples begin a run: estimators that adapt forget what they have seen of those before them, and it is watched anew what their
    /// gradients and logits are good for.
    /// </summary>
    public void BeginSamples(GradientEstimator estimator, DeviceBuffer entering)
    {
        Classifier.BeginSamples(estimator, entering, Samples);
        running = estimator;
        Select(entering, zeros, notFinite);
        Select(entering, zeros, notFiniteLogits);
        Select(entering, zeros, vanished);
        Select(entering, entering, fresh);
        hasFresh = true;
    }

    /// <summary>Begins a run of an attack, or its next from another start: estimators that adapt forget what they have seen.</summary>
    public void BeginRun() => running = null;

    /// <summary>A device buffer of images for an attack's own use, by name; holds what it held when last used.</summary>
    public DeviceBuffer Images(string name)
    {
        if (!images.TryGetValue(name, out var buffer))
        {
            buffer = Backend.Allocate((long)Classifier.Batch * Classifier.PixelCount);
            images.Add(name, buffer);
        }

        return buffer;
    }

    /// <summary>Fills images with draws of their samples: element j of a sample's is draw j of its own stream.</summary>
    public void Draw(DeviceBuffer target, RandomKind kind, RandomKey key) => Backend.RandomFillSamples(target, Numbers, kind, key, Samples);

    public void Copy(DeviceBuffer source, DeviceBuffer target) => Backend.Copy(source, target, PixelCount);

    /// <summary>A step of that length along the gradient, as the budget's norm measures it, back into the ball round the clean images and [0,1].</summary>
    public void Step(DeviceBuffer pixels, DeviceBuffer gradient, float step, Budget budget, DeviceBuffer output)
    {
        Backend.Fill(StepSizes, step);
        Backend.AttackStep(pixels, gradient, Clean, StepSizes, budget, output, Samples);
    }

    /// <summary>A device buffer of one float a sample for an attack's own use, by name; holds what it held when last used.</summary>
    public DeviceBuffer Vector(string name)
    {
        if (!vectors.TryGetValue(name, out var buffer))
        {
            buffer = Backend.Allocate(Classifier.Batch);
            vectors.Add(name, buffer);
        }

        return buffer;
    }

    /// <summary>A device buffer of logits (sample, class) for an attack's own use, by name; holds what it held when last used.</summary>
    public DeviceBuffer Logits(string name)
    {
        if (!logits.TryGetValue(name, out var buffer))
        {
            buffer = Backend.Allocate((long)Classifier.Batch * Classifier.Classes);
            logits.Add(name, buffer);
        }

        return buffer;
    }

    /// <summary>Marks on the device the samples that these logits get wrong, and watches that they are numbers.</summary>
    /// <param name="everWrong">Keeps what is marked, too.</param>
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer wrong, DeviceBuffer? everWrong = null)
    {
        Backend.InspectSamples(logits, notFiniteLogits, null, Samples);
        Backend.MarkWrong(logits, Labels, Classifier.Classes, wrong, everWrong, Samples);
    }

    /// <summary>How many samples are marked.</summary>
    public int CountMarked(DeviceBuffer marks)
    {
        var values = vector.AsSpan(0, Samples);
        marks.Download(values);
        return Samples - values.Count(0f);
    }

    /// <summary>Copies the samples that are marked on the device from source to target.</summary>
    public void Select(DeviceBuffer marks, DeviceBuffer source, DeviceBuffer target) => Backend.SelectSamples(marks, source, target, Samples);

    /// <summary>The logits that decide about a sample: of the network as deployed, whichever pass the gradient comes from.</summary>
    /// <param name="logits">Of the estimator's pass over the same pixels.</param>
    public DeviceBuffer Deployed(DeviceBuffer pixels, DeviceBuffer logits, GradientEstimator estimator) =>
        Classifier.IsDeployed(estimator) ? logits : Classifier.Logits(pixels, Samples);

    /// <summary>The adversarial images on the host, until the next call.</summary>
    public ReadOnlySpan<float> DownloadAdversarial()
    {
        var images = imagesHost.AsSpan(0, (int)PixelCount);
        Adversarial.Download(images);
        return images;
    }

    public void Dispose()
    {
        foreach (var buffer in images.Values.Concat(vectors.Values).Concat(logits.Values))
        {
            buffer.Dispose();
        }

        Clean.Dispose();
        Adversarial.Dispose();
        Labels.Dispose();
        Numbers.Dispose();
        notFinite.Dispose();
        notFiniteLogits.Dispose();
        vanished.Dispose();
        vanishedNow.Dispose();
        fresh.Dispose();
        zeros.Dispose();
        Broken.Dispose();
        CleanLogits.Dispose();
        LossValues.Dispose();
        StepSizes.Dispose();
        referenceLogits.Dispose();
        meanLogits.Dispose();
    }
}
