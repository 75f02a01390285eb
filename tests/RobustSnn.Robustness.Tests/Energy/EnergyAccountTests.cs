using System.Text.Json;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Tests.Energy;

/// <summary>What is counted, beside loops over every connection.</summary>
public sealed class EnergyAccountTests
{
    private const int Samples = 3;

    private static readonly string[] Networks = ["odd", "padded", "pooled", "overlapping", "sums of spikes", "vggmini", "resnet8", "wrnmini"];

    private static readonly NeuronModel Hard = new(1, Reset.Hard);

    [Test]
    public void Every_connection_is_counted(
        [ValueSource(nameof(Networks))] string name, [Values(0, 70)] int sparsityPercent, [Values] bool isSoft)
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named(name, isSoft ? Reset.Soft : Reset.Hard), backend, sparsityPercent);
        var images = new DrawnImages(model.Network, Samples);
        var result = Measure(model, images);
        AssertCounted(result, new BruteForce(model, images, EnergyNetworks.Timesteps));
        Assert.That(result.Operations, Is.GreaterThan(0));
        Assert.That(result.Neurons.Sum(layer => layer.Operations), Is.EqualTo(result.Layers.Sum(layer => layer.Operations)).Within(1e-9).Percent);
        Assert.That(result.DenseOverThis, sparsityPercent == 0 ? Is.EqualTo(1) : Is.GreaterThan(2));
    }

    [FsCheck.NUnit.Property(MaxTest = 60)]
    public void Every_connection_of_a_drawn_network_is_counted(int seed, byte sparsity)
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Drawn(seed), backend, sparsity % 100, seed & 0xffff);
        var images = new DrawnImages(model.Network, Samples);
        AssertCounted(Measure(model, images), new BruteForce(model, images, EnergyNetworks.Timesteps));
    }

    [TestCaseSource(nameof(Networks))]
    public void Dense_connections_are_the_costs_but_those_to_padding(string name)
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named(name, Reset.Hard), backend, 50);
        var images = new DrawnImages(model.Network, 1);
        var brute = new BruteForce(model, images, 1);
        Assert.That(Measure(model, images).Layers.Select(layer => layer.DenseConnections), Is.EqualTo(
            Costs.ofNetwork(model.Network).Select(cost => cost.Macs - brute.ReadsOfPadding(cost.Name))));
    }

    [Test]
    public void A_sum_of_windows_that_overlap_with_others_is_refused_by_name()
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.PooledInTwoWays, backend, 0);
        var refusal = Assert.Throws<BadInputException>(() => Measure(model, new DrawnImages(model.Network, 1)));
        Assert.That(refusal?.Message, Does.Contain("act1").And.Contain("in two ways"));
    }

    /// <summary>A 3 × 3 kernel on a map of 2 × 2: of the 9 taps only 4 read the map at each place.</summary>
    [Test]
    public void A_network_that_is_all_border_costs_less_than_rates_say()
    {
        using var backend = Small.Backend();
        using var model = Alone(Hard, backend);
        var result = Measure(model, new Still([1, 0, 0, 0]), timesteps: 3);
        Assert.Multiple(() =>
        {
            Assert.That(result.SpikesPerImage, Is.EqualTo(3));
            Assert.That(result.Neurons[0].Connections, Is.EqualTo(5 * 4 * 4));
            Assert.That(result.Neurons[0].Operations, Is.EqualTo(3 * 5 * 4));
            Assert.That(result.Neurons[0].OperationsByRate, Is.EqualTo(3 * 5 * 9));
            Assert.That(result.RateDeviationPercent, Is.EqualTo(125));
        });
    }

    /// <summary>0.75 a step against 1: u = 0.75, 1.5, then from 0 again, or from 0.5: 1.25, 1.</summary>
    [TestCase(false, 2)]
    [TestCase(true, 3)]
    public void Spikes_follow_the_reset(bool isSoft, int spikes)
    {
        using var backend = Small.Backend();
        using var model = Alone(new NeuronModel(1, isSoft ? Reset.Soft : Reset.Hard), backend);
        Assert.That(Measure(model, new Still([0.75f, 0, 0, 0]), timesteps: 4).SpikesPerImage, Is.EqualTo(spikes));
    }

    [Test]
    public void No_figure_depends_on_the_batch([Values("odd", "resnet8")] string name, [Values(0, 70)] int sparsityPercent, [Values(1, 2, 18)] int batch)
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named(name, Reset.Hard), backend, sparsityPercent);
        var images = new DrawnImages(model.Network, 35);
        Assert.That(Text(Measure(model, images, batch)), Is.EqualTo(Text(Measure(model, images, 35))));
    }

    [TestCase("resnet8")]
    [TestCase("wrnmini")]
    [TestCase("sums of spikes")]
    public void Sums_are_counted_apart(string name)
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named(name, Reset.Hard), backend, 0);
        var images = new DrawnImages(model.Network, Samples);
        var brute = new BruteForce(model, images, EnergyNetworks.Timesteps);
        var found = Measure(model, images).Sums.ToDictionary(sum => sum.Layer);
        foreach (var (node, shape) in model.Network.Nodes.Zip(model.Shapes).Where(pair => pair.First.Operation is { IsWeightedSum: true } or { IsSum: true }))
        {
            // The stem's currents are read by a layer of neurons, too, so that the first block's sum has to add them by itself.
            var numbers = name == "wrnmini" && node.Name == "features.1.convex" ? shape.Count : 0;
            Assert.That(found[node.Name].Accumulates, Is.EqualTo(brute.SpikesInto(node.Name) + numbers * EnergyNetworks.Timesteps), node.Name);
        }

        Assert.That(found.Values.Sum(sum => sum.Accumulates), Is.GreaterThan(0));
    }

    [Test]
    public void Spikes_are_those_of_an_evaluation()
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named("resnet8", Reset.Hard), backend, 70);
        var images = new DrawnImages(model.Network, 9);
        using var evaluation = new Evaluation(model, Options(9, EnergyNetworks.Timesteps));
        var evaluated = evaluation.Run(images, []);
        var result = Measure(model, images);
        Assert.That(result.Neurons.Select(layer => new LayerActivity(layer.Layer, layer.SpikesPerImage, layer.SpikeRate)), Is.EqualTo(evaluated.Layers));
        Assert.That(result.Correct, Is.EqualTo(evaluated.CleanCorrect));
    }

    [Test]
    public void Attacked_images_are_those_of_an_evaluation()
    {
        using var small = new SmallAttack(3);
        var model = small.Classifier.Model;
        var images = new Given(small.Images, small.Labels);
        var attack = new AttackInBudget(AttackCatalogue.Parse("pgd3"), Budget.Pixels(Small.Epsilon));
        using var evaluation = new Evaluation(model, Options(4, 3));
        using var account = new EnergyAccount(model, Options(4, 3));
        var evaluated = evaluation.Run(images, [attack]).Attacks[0];
        var measured = account.Run(images, attack);
        Assert.Multiple(() =>
        {
            Assert.That(measured.Attack, Is.EqualTo("pgd3"));
            Assert.That(measured.Clean.Correct, Is.EqualTo(small.Labels.Length));
            Assert.That(measured.Attacked!.Correct, Is.EqualTo(evaluated.Correct).And.LessThan(small.Labels.Length));
            Assert.That(measured.Attacked.Samples, Is.EqualTo(small.Labels.Length));
            Assert.That(measured.Attacked.SpikesPerImage, Is.Not.EqualTo(measured.Clean.SpikesPerImage));
            Assert.That(Text(account.Run(images, attack)), Is.EqualTo(Text(measured)), "the same once more");
        });
    }

    [Test]
    public void A_silent_network_takes_nothing_and_has_no_ratio()
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named("odd", Reset.Hard), backend, 50);
        foreach (var threshold in model.Parameters.All.Where(parameter => parameter.Specification.Kind.IsThreshold))
        {
            threshold.Value.Upload([1e9f]);
        }

        var result = Measure(model, new DrawnImages(model.Network, Samples));
        Assert.That((result.SpikesPerImage, result.Operations, result.OperationsByRate), Is.EqualTo((0, 0, 0)));
        Assert.That((result.DenseOverThis, result.RateDeviationPercent), Is.EqualTo((double.NaN, double.NaN)));
    }

    [Test]
    public void A_measurement_comes_back_from_JSON()
    {
        using var backend = Small.Backend();
        using var model = EnergyNetworks.Model(EnergyNetworks.Named("wrnmini", Reset.Hard), backend, 50);
        using var account = new EnergyAccount(model, Options(2, EnergyNetworks.Timesteps));
        var text = Text(account.Run(
            new DrawnImages(model.Network, Samples), new AttackInBudget(AttackCatalogue.Parse("fgsm"), Budget.Pixels(Small.Epsilon))));
        Assert.That(Text(JsonSerializer.Deserialize<EnergyMeasurement>(text)!), Is.EqualTo(text));
    }

    [Test]
    public void P2s_network_has_its_neurons_and_layers()
    {
        using var backend = Small.Backend();
        var ann = Architectures.build("vgg16", 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        using var model = EnergyNetworks.Model(Conversion.toSpiking(Hard, ann), backend, 90);
        var result = Measure(model, new DrawnImages(model.Network, 1), 1, 1);
        Assert.That(result.Neurons.Sum(layer => layer.Neurons), Is.EqualTo(276_992));
        Assert.That(result.Layers.Select(layer => layer.ReadsImage), Is.EqualTo(Enumerable.Range(0, 16).Select(layer => layer == 0)));
    }

    [TestCase("vggmini", 0, "at least 1")]
    [TestCase("ann", 3, "multiply-accumulates an image")]
    [TestCase("currents", 3, "n3", "the currents of n2")]
    public void What_cannot_be_counted_is_refused(string name, int timesteps, params string[] saying)
    {
        using var backend = Small.Backend();
        var network = name switch
        {
            "ann" => Small.Network,
            "currents" => EnergyNetworks.Chain(Hard, new Shape(1, 4, 4), EnergyNetworks.Fire, EnergyNetworks.Convolve(2, 3, 1, 1)),
            _ => EnergyNetworks.Named(name, Reset.Hard),
        };
        using var model = EnergyNetworks.Model(network, backend, 0);
        var message = Assert.Throws<BadInputException>(() => Measure(model, new DrawnImages(network, 1), timesteps: timesteps))!.Message;
        Assert.That(saying, Is.All.Matches<string>(message.Contains), message);
    }

    [TestCase("clean", "found 0")]
    [TestCase("fgsm_ens", "found 19")]
    public void Other_attacks_than_one_are_refused(string attack, string saying)
    {
        using var small = new SmallAttack(3);
        using var account = new EnergyAccount(small.Classifier.Model, Options(4, 3));
        var asked = new AttackInBudget(AttackCatalogue.Parse(attack), Budget.Pixels(Small.Epsilon));
        Assert.That(() => account.Run(new Given(small.Images, small.Labels), asked), Throws.TypeOf<BadInputException>().With.Message.Contains(saying));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_network_whose_logits_are_no_numbers_has_no_energy(float bias)
    {
        using var small = new SmallAttack(3);
        small.Classifier.Model.Parameters["classifier.4.bias"].Value.Upload([bias, 0, 0, 0]);
        using var account = new EnergyAccount(small.Classifier.Model, Options(4, 3));
        Assert.That(() => account.Run(new Given(small.Images, small.Labels)), Throws.TypeOf<BadInputException>().With.Message.Contains("finite numbers"));
    }

    [Test]
    public void A_label_that_the_network_has_not_is_refused()
    {
        using var small = new SmallAttack(3);
        using var account = new EnergyAccount(small.Classifier.Model, Options(4, 3));
        Assert.That(() => account.Run(new Given(small.Images, [0, 1, 2, 3, 4, 0])), Throws.TypeOf<BadInputException>().With.Message.Contains("label 4"));
    }

    private static void AssertCounted(EnergyResult result, BruteForce brute) => Assert.That(
        result.Neurons.Select(layer => (layer.Layer, layer.SpikesPerImage, layer.Connections, layer.DenseConnections, layer.Operations, layer.DenseOperations)),
        Is.EqualTo(result.Neurons.Select(layer => (
            layer.Layer, brute.Spikes(layer.Layer), brute.Count(layer.Layer, false), brute.Count(layer.Layer, true), brute.Operations(layer.Layer, false),
            brute.Operations(layer.Layer, true)))));

    private static EnergyResult Measure(SpikingModel model, ISampleSource images, int batch = 2, int timesteps = EnergyNetworks.Timesteps)
    {
        using var account = new EnergyAccount(model, Options(batch, timesteps));
        return account.Run(images).Clean;
    }

    private static EvaluationOptions Options(int batch, int timesteps) => new(timesteps, batch, 1);

    private static string Text(object result) => JsonSerializer.Serialize(result);

    /// <summary>Neurons that the pixels of a 2 × 2 image drive straight, with threshold 1, and a padded 3 × 3 convolution to 5 channels.</summary>
    private static SpikingModel Alone(NeuronModel neurons, IBackend backend) => new(
        new Network("alone", new Shape(1, 2, 2), 5, neurons,
        [
            new Node("image", Operation.NewNormalise([0.0], [1.0]), []),
            new Node("fire", EnergyNetworks.Fire, [0]),
            new Node("conv", EnergyNetworks.Convolve(5, 3, 1, 1), [1]),
            new Node("mean", Operation.GlobalAveragePool, [2]),
        ]), backend);

    /// <summary>One image.</summary>
    private sealed class Still(float[] image) : ISampleSource
    {
        public int Count => 1;

        public void Read(int index, Span<float> pixels) => image.CopyTo(pixels);

        public int Number(int index) => index;

        public int Label(int index) => 0;
    }

    private sealed class Given(float[] images, int[] labels) : ISampleSource
    {
        public int Count => labels.Length;

        public void Read(int index, Span<float> pixels) => images.AsSpan(index * pixels.Length, pixels.Length).CopyTo(pixels);

        public int Number(int index) => index;

        public int Label(int index) => labels[index];
    }
}
