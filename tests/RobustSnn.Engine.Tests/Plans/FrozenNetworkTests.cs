using System.Collections.Concurrent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Reference;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Frozen networks against the networks that they were made from, evaluated plainly: logits, and the spikes of every layer.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class FrozenNetworkTests
{
    private const int ManyImages = 4;
    private const int Batch = 3;

    /// <summary>How many spikes at the threshold rounding may turn in one comparison.</summary>
    private const int MostTurned = 2;

    private static readonly ConcurrentDictionary<(string, bool, int), Lazy<ReferenceNetwork>> References = new();

    private static IEnumerable<TestCaseData> Cases() =>
        from architecture in new[] { "vgg", "resnet", "wrn" }
        from isPruned in new[] { false, true }
        from timesteps in new[] { 0, 1, 4, 8 }
        from batch in new[] { 1, Batch }
        select new TestCaseData(architecture, isPruned, timesteps, batch)
            .SetArgDisplayNames(architecture, isPruned ? "pruned" : "dense", $"T {timesteps}", $"batch {batch}");

    [TestCaseSource(nameof(Cases))]
    [Category(ProcessorTests.OtherProcessors)]
    public void Computes_what_the_network_does(string architecture, bool isPruned, int timesteps, int batch)
    {
        using var backend = Backends.Open(options: new(2));
        using var model = Model(backend, architecture, isPruned);
        using var frozen = new FrozenNetwork(model, batch, timesteps);
        var images = PlanBench.Images(ManyImages, 10); // the last batch may not be full
        var reference = References.GetOrAdd((architecture, isPruned, timesteps),
            key => new Lazy<ReferenceNetwork>(() => Evaluate(key.Item1, key.Item2, key.Item3, images)));
        AssertAgrees(frozen, turned => turned.Count == 0 ? reference.Value : Evaluate(architecture, isPruned, timesteps, images, turned), images);
    }

    [TestCase("vgg", true, 4)]
    [TestCase("resnet", true, 1)]
    [TestCase("wrn", false, 4)]
    public void Computes_it_on_the_reference_backend(string architecture, bool isPruned, int timesteps)
    {
        using var backend = Backends.Open("reference");
        using var model = Model(backend, architecture, isPruned);
        using var frozen = new FrozenNetwork(model, 2, timesteps);
        var images = PlanBench.Images(2, 12);
        AssertAgrees(frozen, turned => new ReferenceNetwork(model, images, timesteps, turned), images);
    }

    [TestCase("vgg", Reset.Tags.Soft, 0.9)]
    [TestCase("resnet", Reset.Tags.Hard, 0.5)]
    public void Keeps_the_dynamics(string architecture, int reset, double leak)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, architecture, true, new NeuronModel(leak, reset == Reset.Tags.Soft ? Reset.Soft : Reset.Hard));
        using var frozen = new FrozenNetwork(model, Batch, 5);
        var images = PlanBench.Images(Batch, 14);
        AssertAgrees(frozen, turned => new ReferenceNetwork(model, images, 5, turned), images);
    }

    /// <summary>The comparison itself: a threshold just beyond one neuron's membrane, in the first layer and in a deeper one.</summary>
    [TestCase(0)]
    [TestCase(2)]
    public void One_turned_spike_is_found_with_all_that_it_changes(int layer)
    {
        const int steps = 4;
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", true);
        var images = PlanBench.Images(1, 13);
        var parameter = model.Parameters[$"{new ReferenceNetwork(model, images, steps).Layers[layer].Layer}.v_th"];
        var threshold = new ReferenceNetwork(model, images, steps).LoneMembrane(layer, parameter.Value.ToArray()[0]);

        Set(threshold - 0.3f * ReferenceNetwork.Margin);
        using var frozen = new FrozenNetwork(model, 1, steps);
        Set(threshold + 0.3f * ReferenceNetwork.Margin);
        var found = Run(frozen, images);
        var turned = Turned(found, Evaluate([]), Evaluate, []);
        Assert.That(turned, Has.Count.EqualTo(1));
        Assert.That(turned![0].Layer, Is.EqualTo(frozen.Layers[layer].Name));

        Set(threshold + 100 * ReferenceNetwork.Margin);
        Assert.That(Turned(found, Evaluate([]), Evaluate, []), Is.Null, "another threshold is not taken for rounding");

        ReferenceNetwork Evaluate(IReadOnlyList<NeuronStep> turned) => new(model, images, steps, turned);

        void Set(float value)
        {
            parameter.Value.Upload([value]);
        }
    }

    [TestCase("vgg", 0)]
    [TestCase("resnet", 0)]
    [TestCase("wrn", 4)]
    public void BatchNorms_are_gone_but_those_before_an_activation(string architecture, int expected)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, architecture, false);
        using var frozen = new FrozenNetwork(model, 1, 1);
        Assert.That(frozen.Model.Network.Nodes.Count(node => node.Operation.IsBatchNorm), Is.EqualTo(expected));
    }

    [Test]
    public void Weights_that_are_pruned_stay_pruned()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", true);
        using var frozen = new FrozenNetwork(model, 1, 1);
        foreach (var weight in model.Parameters.All.Where(parameter => parameter.Specification.Prunable))
        {
            Assert.That(frozen.Model.Parameters[weight.Name].Pattern!.Existing.ToArray(), Is.EqualTo(weight.Pattern!.Existing.ToArray()), weight.Name);
        }
    }

    [Test]
    public void The_model_stays_as_it_was_and_later_changes_do_not_reach_the_copy()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", true);
        var before = model.Parameters.All.Select(parameter => parameter.Value.ToArray()).ToArray();
        using var frozen = new FrozenNetwork(model, Batch, 3);
        var images = PlanBench.Images(Batch, 15);
        var (logits, _) = Run(frozen, images);
        Assert.That(model.Parameters.All.Select(parameter => parameter.Value.ToArray()), Is.EqualTo(before));
        foreach (var parameter in model.Parameters.All)
        {
            backend.Fill(parameter.Value, 0.7f);
        }

        Assert.That(Run(frozen, images).Logits, Is.EqualTo(logits));
    }

    [Test]
    public void Images_are_computed_each_for_itself()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", true);
        using var frozen = new FrozenNetwork(model, 2, 4);
        var images = PlanBench.Images(ManyImages, 16);
        var together = Run(frozen, images);
        var alone = images.Chunk(model.PixelCount).Select(image => Run(frozen, image)).ToArray();
        Assert.That(together.Logits, Is.EqualTo(alone.SelectMany(result => result.Logits)));
        Assert.That(together.Spikes, Is.EqualTo(Enumerable.Range(0, frozen.Layers.Count).Select(layer => alone.Sum(result => result.Spikes[layer]))));
    }

    [TestCase(4)]
    [TestCase(8)]
    public void Threads_and_company_change_no_bit(int timesteps)
    {
        var images = PlanBench.Images(ManyImages, 18);
        var found = new List<float[]>();
        foreach (var threads in new[] { 1, 2, 3, 5 })
            foreach (var batch in new[] { 1, 3, 8 })
            {
                using var backend = Backends.Open(options: new(threads));
                using var model = Model(backend, "vgg", true);
                using var frozen = new FrozenNetwork(model, batch, timesteps);
                found.Add(Run(frozen, images).Logits);
            }

        Assert.That(found, Is.All.EqualTo(found[0]));
    }

    [TestCase(4)]
    [TestCase(8)]
    public void A_batch_of_no_image_is_refused(int timesteps)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", true);
        Assert.That(() => new FrozenNetwork(model, 0, timesteps), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void No_images_have_no_spikes()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", true);
        using var frozen = new FrozenNetwork(model, 2, 4);
        double[] spikes = [.. frozen.Layers.Select(_ => 3.0)];
        frozen.Run([], [], spikes);
        Assert.That(spikes, Is.All.Zero);
    }

    [TestCase(-1, 0, 0)]
    [TestCase(0, 1, 0)]
    [TestCase(0, 0, 1)]
    public void Lengths_that_do_not_fit_are_refused(int pixels, int logits, int spikes)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, "vgg", false);
        using var frozen = new FrozenNetwork(model, 2, 4);
        Assert.That(() => frozen.Run(new float[2 * frozen.PixelCount + pixels], new float[2 * frozen.Classes + logits],
            new double[frozen.Layers.Count + spikes]), Throws.ArgumentException);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_run_allocates_nothing_once_it_is_warm(bool isPruned)
    {
        using var backend = Backends.Open(options: new(1, IsChecked: false));
        using var model = Model(backend, "vgg", isPruned);
        using var frozen = new FrozenNetwork(model, 2, 4);
        var images = PlanBench.Images(3, 17);
        var logits = new float[3 * frozen.Classes];
        Assert.That(Allocations.OfEachCall(() => frozen.Run(images, logits)), Is.Zero);
    }

    /// <summary>
    /// Random weights, BatchNorm parameters and statistics, and thresholds at which every layer fires. Most weights may be pruned.
    /// </summary>
    internal static SpikingModel Model(IBackend backend, string architecture, bool isPruned, NeuronModel? neurons = null)
    {
        FSharpList<double> half = ListModule.OfSeq([0.5, 0.5, 0.5]);
        var input = new Shape(3, PlanBench.Side, PlanBench.Side);
        var ann = architecture switch
        {
            "vgg" => Architectures.build("vggmini", PlanBench.Classes, input, half, half),
            "wrn" => Architectures.build("wrnmini", PlanBench.Classes, input, half, half),
            _ => Architectures.assemble("resnet8", FuncConvert.FromFunc<int, Draft, Draft>((classes, draft) => ResNet.layers(1, classes, draft)),
                PlanBench.Classes, input, half, half),
        };
        var model = new SpikingModel(Conversion.toSpiking(neurons ?? new NeuronModel(1, Reset.Hard), ann), backend);
        model.Initialise(5);
        var random = new System.Random(6);
        foreach (var parameter in model.Parameters.All)
        {
            var kind = parameter.Specification.Kind;
            if (kind.IsWeight && isPruned)
            {
                Prune(model, parameter, random);
            }
            else if (!kind.IsWeight && !kind.IsCoefficients)
            {
                parameter.Value.Upload([.. Enumerable.Range(0, parameter.Specification.Count).Select(_ => Draw(kind, random))]);
            }
        }

        return model;
    }

    private static void Prune(SpikingModel model, ParameterTensor weight, System.Random random)
    {
        weight.Value.Upload([.. weight.Value.ToArray().Select(value => 2 * value)]); // what is left makes up for what is gone
        model.Parameters.Prune(weight.Name, new SparsityPattern(weight.Specification.Count,
            [.. Enumerable.Range(0, weight.Specification.Count).Where(_ => random.Next(4) == 0)]));
    }

    private static float Draw(ParameterKind kind, System.Random random)
    {
        var uniform = random.NextSingle();
        return kind switch
        {
            { IsScale: true } => uniform < 0.2f ? -0.5f - uniform : 0.5f + uniform,
            { IsRunningVariance: true } => 0.2f + uniform,
            { IsThreshold: true } => 0.3f + 0.2f * uniform,
            _ => uniform - 0.4f,
        };
    }

    private static (float[] Logits, double[] Spikes) Run(FrozenNetwork frozen, float[] images)
    {
        var logits = new float[images.Length / frozen.PixelCount * frozen.Classes];
        var spikes = new double[frozen.Layers.Count];
        frozen.Run(images, logits, spikes);
        return (logits, spikes);
    }

    private static ReferenceNetwork Evaluate(string architecture, bool isPruned, int timesteps, float[] images, params IReadOnlyList<NeuronStep> turned)
    {
        using var backend = Backends.Open("reference");
        using var model = Model(backend, architecture, isPruned);
        return new ReferenceNetwork(model, images, timesteps, turned);
    }

    /// <summary>
    /// Spikes of every layer and logits are the reference's, or those that it gives when few of the spikes are turned whose membranes rounding
    /// may have carried over the threshold: what such a spike changes in the layers behind it is computed, not forgiven.
    /// </summary>
    private static void AssertAgrees(FrozenNetwork frozen, Func<IReadOnlyList<NeuronStep>, ReferenceNetwork> evaluate, float[] images)
    {
        var found = Run(frozen, images);
        var plain = evaluate([]);
        Assert.That(frozen.Layers.Select(layer => layer.Name), Is.EqualTo(plain.Layers.Select(layer => layer.Layer)));
        Assert.That(plain.Layers.Select(layer => layer.Spikes), Is.All.Positive);
        Assert.That(Turned(found, plain, evaluate, []), Is.Not.Null,
            $"spikes {string.Join(", ", found.Spikes)}, expected {string.Join(", ", plain.Layers.Select(layer => $"{layer.Spikes} ({layer.Close.Count} close)"))}; "
            + $"logits differ by {PlanBench.Error(found.Logits, plain.Logits):R}; nor is it so with up to {MostTurned} of the close ones turned");
    }

    /// <summary>Which neuron-steps have to be turned for the reference to give what was found; null where none do.</summary>
    private static IReadOnlyList<NeuronStep>? Turned((float[] Logits, double[] Spikes) found, ReferenceNetwork expected,
        Func<IReadOnlyList<NeuronStep>, ReferenceNetwork> evaluate, IReadOnlyList<NeuronStep> turned)
    {
        var agreeing = found.Spikes.Zip(expected.Layers, (spikes, layer) => spikes == layer.Spikes).TakeWhile(same => same).Count();
        if (agreeing == found.Spikes.Length && PlanBench.Error(found.Logits, expected.Logits) < 1e-5)
            return turned;
        if (turned.Count == MostTurned)
            return null;
        return expected.Layers.Take(agreeing + 1).SelectMany(layer => layer.Close).Except(turned)
            .Select(step => (NeuronStep[])[.. turned, step])
            .Select(more => Turned(found, evaluate(more), evaluate, more))
            .FirstOrDefault(result => result is not null);
    }
}
