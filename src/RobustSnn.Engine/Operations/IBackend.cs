using RobustSnn.Engine.Checked;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Operations;

/// <summary>
/// The operations of the engine on one device, grouped by what they are about. Every one exists as a plain reference with double
/// accumulation (<c>Reference/</c>) and as a fast version under the same name; the contract tests hold them against each other.
/// <see cref="Backends.Open"/> opens one by name, and <see cref="CheckedBackend"/> looks over its shoulder.
/// </summary>
/// <remarks>
/// <para>Operations may run after they have returned, but in the order in which they were called: who downloads waits for what it reads, and
/// <see cref="Synchronize"/> for everything. None returns a number; figures stay on the device until somebody downloads them. One backend
/// serves one thread at a time.</para>
/// <para><c>samples</c> is the number of samples of the batch in use: the first ones. Lane blocks behind them are not read, and operations on
/// activations do not write them; lanes behind them in the last block may hold anything finite, and no reduction counts them, but in gradients
/// they are zero: every backward operation leaves them so, and may rely on it.</para>
/// <para>Spikes may be bits (<see cref="Storage.Bits"/>): <see cref="INeuronOperations.Neuron"/>, <see cref="INeuronOperations.ConvolveNeuron"/>
/// and <see cref="INeuronOperations.NormNeuron"/> write them, with 0 in every lane of no sample in use, and
/// <see cref="IElementwiseOperations.Unpack"/>, <see cref="IConnectionOperations.Convolve"/>, <see cref="INeuronOperations.ConvolveNeuron"/>,
/// <see cref="IConnectionOperations.ConvolveWeightGradient"/> (as input), <see cref="IPoolingOperations.AveragePool"/>,
/// <see cref="IPoolingOperations.MaxPool"/>, <see cref="IJoiningOperations.WeightedSum"/>,
/// <see cref="IJoiningOperations.WeightedSumCoefficientGradient"/> and <see cref="IReductionOperations.Sum"/> read them; anything else given
/// bits throws an ArgumentException.</para>
/// <para>Gradients of parameters are added to what their buffers hold. "In place" means that two arguments may be the same activation.</para>
/// </remarks>
public interface IBackend : IBufferOperations, IImageOperations, IConnectionOperations, INormalisationOperations, IElementwiseOperations,
    INeuronOperations, IAdaptiveOperations, IPoolingOperations, IJoiningOperations, ILogitOperations, ITrainingOperations, IMaskOperations,
    IAttackOperations, IJudgementOperations, IProgressOperations, IReductionOperations, IDisposable
{
    /// <summary>What it is and runs on, for people: e.g. "cpu (AVX-512, 2 threads)".</summary>
    string Name { get; }

    /// <summary>
    /// What the last bits of its results may depend on, for people: processor and vectors, but not the number of threads. Two backends of the
    /// same program that give the same text compute the same bits.
    /// </summary>
    string Arithmetic => Name;

    /// <summary>
    /// Whether this program alone decides in which order it adds up, on whatever machine. Where a vendor's libraries decide, by device and version, what
    /// rounding decides, a spike at its threshold, may be decided otherwise on a device that nobody has tried.
    /// </summary>
    bool AddsInKnownOrder { get; }

    /// <summary>How many pieces of work it does side by side: CPU threads.</summary>
    int Parallelism { get; }

    /// <summary>
    /// Bytes of the device that are taken: buffers not disposed, weights in the backend's form, memory for partial results. What a thread has of
    /// its own for one piece of work, kilobytes on its stack or in place of it, is not among them.
    /// </summary>
    long LiveBytes { get; }

    /// <summary>Bytes of the device that can be taken now, as far as is known.</summary>
    long FreeBytes { get; }

    /// <summary>
    /// Bytes that the backend will take for itself, at most, while a plan's passes run: weights in its own form and memory for partial results.
    /// </summary>
    long WorkspaceBytes(IReadOnlyList<PlannedOperation> plan);

    /// <summary>New memory for <paramref name="length"/> elements, all zero. What is not disposed before the backend is disposed with it.</summary>
    /// <exception cref="BadInputException">The device has no more.</exception>
    /// <exception cref="ObjectDisposedException">The backend was disposed.</exception>
    DeviceBuffer Allocate(long length, ElementType type = ElementType.Float32);

    /// <summary>How a plan's (timestep, sample) pairs are to lie as lanes: blocks, their width and their order are the device's choice.</summary>
    /// <param name="batch">Samples of a full batch.</param>
    /// <param name="timesteps">T; 0 for an ANN.</param>
    /// <param name="skipsSilence">Whether every spike of the plan is made by <see cref="INeuronOperations.ConvolveNeuron"/> of a pruned layer,
    /// which may skip what its input leaves silent.</param>
    /// <param name="largestMap">Values of one lane of the largest activation, its border included.</param>
    LaneLayout ChooseLanes(int batch, int timesteps, bool skipsSilence, long largestMap);

    /// <summary>
    /// Whether <see cref="INeuronOperations.ConvolveNeuron"/> of a pruned layer better takes the means over windows itself than reads them
    /// from where <see cref="IPoolingOperations.AveragePool"/> has left them.
    /// </summary>
    bool PoolsWhileReading(LaneLayout lanes);

    /// <summary>
    /// Runs a sequence of operations and keeps it: a device that can repeat one with a single launch does so when it is replayed. Its
    /// arguments are those of the recording, its buffers are read anew.
    /// </summary>
    IRecording Record(Action operations);

    /// <summary>Returns when every operation has been carried out.</summary>
    void Synchronize();

    /// <summary>
    /// Names what is called until the result is disposed of, for a profiler to show it under; ranges nest. Null, and nothing is done, where no
    /// profiler is attached or the device knows none.
    /// </summary>
    IDisposable? Range(string name) => null;

    /// <summary>What went between the host's memory and the device's since the backend was opened; null where both are one.</summary>
    DeviceTraffic? Traffic => null;
}

/// <summary>A sequence of operations that can be run again.</summary>
public interface IRecording : IDisposable
{
    /// <summary>Runs the operations once more, on what their buffers hold now.</summary>
    void Replay();
}

/// <summary>The recording of a device that gains nothing by knowing a sequence beforehand: it calls the operations one by one.</summary>
public sealed class CalledRecording(Action operations) : IRecording
{
    public void Replay() => operations();

    public void Dispose()
    {
    }
}
