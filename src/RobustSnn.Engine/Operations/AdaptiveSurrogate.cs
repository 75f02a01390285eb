using System.Globalization;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>
/// A surrogate that adapts to the membranes of each sample (METHODS 10): to those of the pass, or to what it has seen of each sample, neuron and
/// timestep. What it remembers lies on the device, one value for each of them, from one gradient of an attack's run to the next; it is a sample's
/// own, whoever else is in the batch. Closed: a new one is a case here, an operation of <see cref="IAdaptiveOperations"/>, and a name in the
/// estimators.
/// </summary>
public abstract record AdaptiveSurrogate
{
    private AdaptiveSurrogate()
    {
    }

    /// <summary>With its options, e.g. ASSG.0.425.</summary>
    public abstract string Name { get; }

    /// <summary>What each value that is remembered of a sample, neuron and timestep is at the start of a run.</summary>
    public abstract IReadOnlyList<float> Start { get; }

    public sealed override string ToString() => Name;

    /// <summary>Sees the membranes of a pass, and gives the spikes' derivatives that its gradient is made with.</summary>
    /// <param name="membrane">u before the reset, at all T steps.</param>
    /// <param name="memory">As many as <see cref="Start"/>, laid out like the membranes; changed.</param>
    /// <param name="slopes">ds/du.</param>
    /// <param name="learns">Whether the memory changes: not in another pass of a gradient that has had one.</param>
    public abstract void Adapt(
        IBackend backend, Activation membrane, DeviceBuffer threshold, IReadOnlyList<Activation> memory, Activation slopes, bool learns, int samples);

    /// <summary>
    /// PDSG: a normal density as wide as the membranes of a sample's channel have spread up to the timestep. Its authors take the deviation over
    /// the batch too; here each image has its own, as in a batch of one, so that its gradient does not depend on who is beside it.
    /// </summary>
    public sealed record Potential : AdaptiveSurrogate
    {
        public override string Name => "PDSG";

        /// <summary>Nothing: it follows from the membranes of the pass.</summary>
        public override IReadOnlyList<float> Start => [];

        public override void Adapt(IBackend backend, Activation membrane, DeviceBuffer threshold, IReadOnlyList<Activation> memory, Activation slopes,
            bool learns, int samples) => backend.PotentialSlopes(membrane, threshold, slopes, samples);
    }

    /// <summary>ASSG: an arctangent's derivative, sharper where the membranes of a neuron have been near the threshold.</summary>
    public sealed record Sharpness : AdaptiveSurrogate
    {
        /// <summary>What its authors' class has by default; they choose it for each model, from 0.35 to 0.49.</summary>
        public const double DefaultC = 0.425;

        private static readonly float[] Moments = [1, 0];

        /// <param name="c">c, between 0 and 1/2.</param>
        /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
        public Sharpness(double c)
        {
            if (c is not (> 0 and < 0.5))
            {
                throw new ArgumentOutOfRangeException(nameof(c), c, "expected a number between 0 and 0.5");
            }

            C = c;
        }

        public double C { get; }

        public override string Name => string.Create(CultureInfo.InvariantCulture, $"ASSG.{C:R}");

        /// <summary>M = 1, D = 0.</summary>
        public override IReadOnlyList<float> Start => Moments;

        public override void Adapt(
            IBackend backend, Activation membrane, DeviceBuffer threshold, IReadOnlyList<Activation> memory, Activation slopes, bool learns,
            int samples) => backend.AdaptSharpness(
            (float)(2 * Math.Tan(C * Math.PI) / Math.PI), membrane, threshold, memory[0], memory[1], slopes, learns, samples);
    }
}
