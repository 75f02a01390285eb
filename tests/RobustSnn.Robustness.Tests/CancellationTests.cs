using System.Reflection;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.ToSpiking;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Robustness.Tests;

/// <summary>What is long stops soon: within a pass, between two of its layers.</summary>
public sealed class CancellationTests
{
    private const int Samples = 4;

    private static readonly float[] Images = Small.Images(Samples);

    // The fourth convolution is the first of the first pass to the second layer of neurons, which has another.
    [Test]
    public void Threshold_balancing_stops_within_a_pass() => Stops(nameof(IConnectionOperations.Convolve), 4, (backend, token) =>
    {
        using var model = Small.Spiking(backend);
        ThresholdBalancing.Run(model, [Images, Images, Images], new BalancingOptions(Timesteps: 3), token);
    });

    [Test]
    public void Estimating_statistics_stops_within_a_pass() => Stops(nameof(IConnectionOperations.Convolve), 1, (backend, token) =>
    {
        using var model = Small.Spiking(backend);
        RunningStatistics.Estimate(model, 3, [Images], token);
    });

    [TestCase(nameof(IConnectionOperations.Convolve), 1, TestName = "An evaluation stops within the clean pass")]
    [TestCase(nameof(IConnectionOperations.ConvolveInputGradient), 2, TestName = "An evaluation stops within an attack's backward pass")]
    public void An_evaluation_stops_within(string operation, int call) => Stops(operation, call, (backend, token) =>
    {
        using var model = Small.Spiking(backend);
        using var evaluation = new Evaluation(model, new EvaluationOptions(3, Samples, 1));
        using var classifier = new Classifier(model, Samples, 3);
        evaluation.Run(new OwnImages(Small.OwnLabels(classifier, Images)),
            [new AttackInBudget(AttackCatalogue.Parse("fgsm_ens"), Budget.Pixels(Small.Epsilon))], null, token);
    }, forwardsBefore: operation == nameof(IConnectionOperations.Convolve) ? 1 : 0);

    [TestCase(nameof(IConnectionOperations.Convolve), 1, TestName = "An energy account stops within the clean pass")]
    [TestCase(nameof(IConnectionOperations.ConvolveInputGradient), 2, TestName = "An energy account stops within an attack's backward pass")]
    public void An_energy_account_stops_within(string operation, int call) => Stops(operation, call, (backend, token) =>
    {
        using var model = Small.Spiking(backend);
        using var account = new EnergyAccount(model, new EvaluationOptions(3, Samples, 1));
        account.Run(new OwnImages(new int[Samples]), new AttackInBudget(AttackCatalogue.Parse("fgsm"), Budget.Pixels(Small.Epsilon)), null, token);
    });

    [Test]
    public void A_training_step_stops_within_its_adversary() => Stops(nameof(IConnectionOperations.ConvolveInputGradient), 2, (backend, token) =>
    {
        using var model = Small.Spiking(backend);
        var adversary = new Adversary(new Fgsm(), Budget.Pixels(Small.Epsilon), GradientEstimator.Default);
        using var step = new TrainingStep(model, Samples, 3, TrainingObjective.Adversarial, adversary, Surrogate.Default);
        step.Run(Images, new int[Samples], [0, 1, 2, 3], new SgdSettings(0.1f, 0, 0), default, token);
    });

    [TestCase(true)]
    [TestCase(false)]
    public void Pruning_stops(bool isPerLayer)
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        PrunableWeights[] layers = [new("a", [1f, 2f])];
        Assert.Throws<OperationCanceledException>(() => _ = isPerLayer
            ? MagnitudePruning.PerLayer(layers, 0.5, source.Token)
            : MagnitudePruning.OverAllLayers(layers, 0.5, source.Token));
    }

    /// <summary>Cancels while the backend carries out some call of an operation: it must be the last of that operation.</summary>
    /// <param name="forwardsBefore">Whole passes, of four convolutions or layers, that come before what is looked at.</param>
    private static void Stops(string operation, int call, Action<IBackend, CancellationToken> run, int forwardsBefore = 0)
    {
        using var source = new CancellationTokenSource();
        using var inner = Small.Backend();
        var last = call + forwardsBefore * ConvolutionsOfAPass;
        var backend = CancellingBackend.Around(inner, operation, last, source);
        Assert.Throws<OperationCanceledException>(() => run(backend, source.Token));
        Assert.That(((CancellingBackend)backend).Calls, Is.EqualTo(last));
    }

    private static int ConvolutionsOfAPass => Small.Network.Nodes.Count(node => node.Operation.IsConvolution || node.Operation.IsLinear);

    private sealed class OwnImages(int[] labels) : ISampleSource
    {
        public int Count => labels.Length;

        public void Read(int index, Span<float> pixels) => Images.AsSpan(index * pixels.Length, pixels.Length).CopyTo(pixels);

        public int Number(int index) => index;

        public int Label(int index) => labels[index];
    }

    /// <summary>A backend that computes as another does, and cancels in the course of it.</summary>
    public class CancellingBackend : DispatchProxy
    {
        private IBackend inner = null!;
        private CancellationTokenSource source = null!;
        private string operation = "";
        private int last;

        public int Calls { get; private set; }

        public static IBackend Around(IBackend inner, string operation, int last, CancellationTokenSource source)
        {
            var proxy = Create<IBackend, CancellingBackend>();
            var its = (CancellingBackend)proxy;
            (its.inner, its.operation, its.last, its.source) = (inner, operation, last, source);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == operation && ++Calls == last)
            {
                source.Cancel();
            }

            return targetMethod.Invoke(inner, BindingFlags.DoNotWrapExceptions, null, args, null);
        }
    }
}
