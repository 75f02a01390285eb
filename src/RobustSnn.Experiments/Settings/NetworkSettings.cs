using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>What the membrane does after a spike; <see cref="Model.Reset"/> as a key's value.</summary>
public enum ResetKind
{
    Hard,
    Soft,
}

/// <summary>Networks that differ in their sizes alone (METHODS 2).</summary>
public enum NetworkFamily
{
    /// <summary>Convolutions and poolings in a row, then linear layers.</summary>
    Vgg,

    /// <summary>Residual networks for small images.</summary>
    Resnet,

    /// <summary>Wide residual networks with pre-activation blocks.</summary>
    Wrn,
}

/// <summary>The network, either an architecture or a family with its sizes, and its neurons (METHODS 1, 2).</summary>
public sealed record NetworkSettings(
    [Setting("Architecture by its name, e.g. vgg11; none where network.family is given")] string? Architecture,
    [Setting("Steps T that the SNN runs for an image", Minimum = 1)] int Timesteps,
    [Setting("Share of the membrane kept a step; 1 is integrate-and-fire", Minimum = 0, AboveMinimum = true, Maximum = 1)] double Leak,
    [Setting("Reset of the membrane after a spike")] ResetKind Reset,
    [Setting("Family of a network that is given by its sizes, instead of network.architecture")] NetworkFamily? Family = null,
    [Setting("vgg: channels of 3 × 3 convolutions with BatchNorm and activation; A, M: average, max pooling 2")] ValueList<VggFeature>? Layers = null,
    [Setting("vgg: outputs of the hidden linear layers; none where left out")] ValueList<int>? Head = null,
    [Setting("vgg: dropout after the hidden linear layers", Minimum = 0, Maximum = 1, BelowMaximum = true)] double? Dropout = null,
    [Setting("vgg: whether every channel is averaged before the linear layers")] bool? Pooled = null,
    [Setting("Layers: 6n + 2 of resnet, 6n + 4 of wrn", Minimum = 8, Maximum = 1204)] int? Depth = null,
    [Setting("wrn: factor on the channels", Minimum = 1, Maximum = 64)] int? Widen = null)
{
    /// <summary>Leak and reset as the model has them.</summary>
    public NeuronModel Neurons => new(Leak, Reset == ResetKind.Hard ? Model.Reset.Hard : Model.Reset.Soft);

    /// <summary>The ANN, for images of that shape with one mean and deviation a channel, in [0,1] pixels.</summary>
    /// <exception cref="BadInputException">The network does not fit the images.</exception>
    public Network Build(int classes, Shape input, IEnumerable<double> mean, IEnumerable<double> deviation)
    {
        FSharpList<double> means = ListModule.OfSeq(mean), deviations = ListModule.OfSeq(deviation);
        return Sizes() is { } family
            ? Families.build(family, classes, input, means, deviations)
            : Architectures.build(Architecture!, classes, input, means, deviations);
    }

    // As NetworkRules leaves them: every size that the family needs is there.
    private Family? Sizes() => Family switch
    {
        NetworkFamily.Vgg => Model.Family.NewVggFamily(ListModule.OfSeq(Layers!), new VggHead(
            Pooled ?? false, ListModule.OfSeq(Head ?? []), Dropout is { } rate ? FSharpOption<double>.Some(rate) : FSharpOption<double>.None)),
        NetworkFamily.Resnet => Model.Family.NewResNetFamily((Depth!.Value - 2) / 6),
        NetworkFamily.Wrn => Model.Family.NewWideResNetFamily((Depth!.Value - 4) / 6, Widen!.Value),
        _ => null,
    };
}
