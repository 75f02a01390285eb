using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>
/// A model compiled for one batch size, number of timesteps and mode: its buffers are allocated once, and passes over it allocate
/// nothing; backends may, in the first pass after weights changed, to bring them into the form that they multiply with.
/// </summary>
/// <remarks>
/// Fill <see cref="Pixels"/>, run <see cref="Forward"/>, read <see cref="Logits"/>; for a gradient, fill <see cref="LogitGradient"/> and run
/// <see cref="Backward"/>. Values of a pass stay valid until the plan's next pass.
/// </remarks>
public sealed class Plan : IDisposable
{
    /// <summary>In place of the first node that is left out: a recording of the way back.</summary>
    private const int WayBack = -1;

    private readonly PlanGraph graph;
    private readonly MemoryPlan memory;
    private readonly PlanStep?[] steps;
    private readonly (string Forward, string Backward)[] ranges; // by node: what a profiler shows it as
    private readonly List<DeviceBuffer> owned = [];
    private readonly Activation scores;
    private readonly Activation? scoreGradient;
    private readonly Action runSteps;
    private readonly Action runStepsBackward;
    private readonly bool drops;
    private Pass pass;
    private int end;
    private readonly Dictionary<(Pass Pass, int End), IRecording> recordings = [];
    private int recordedConnections;
    private bool hasForward;
    private CancellationToken cancellation; // of the pass that runs

    /// <param name="model">Its parameters are shared with all its plans.</param>
    /// <param name="batch">Largest number of samples of a pass.</param>
    /// <param name="timesteps">T; 0 runs every neuron as a ReLU: the ANN.</param>
    /// <param name="mode">What the passes are for.</param>
    /// <exception cref="BadInputException">
    /// T is more than <see cref="PlanLimits.MostTimesteps"/>, or the plan does not fit: the message says what would.
    /// </exception>
    public Plan(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        Model = model;
        Batch = batch;
        Timesteps = timesteps;
        (graph, memory, Memory) = PlanLimits.Lay(model, batch, timesteps, mode);
        (runSteps, runStepsBackward) = (RunSteps, RunStepsBackward);
        try
        {
            if (mode == PassMode.Training)
            {
                model.Parameters.PrepareTraining();
            }

            Pixels = Own((long)batch * model.PixelCount);
            Logits = Own((long)batch * model.Network.Classes);
            var hasGradient = mode is PassMode.InputGradient or PassMode.Training;
            LogitGradient = Own(hasGradient ? Logits.Length : 0);
            PixelGradient = Own(mode == PassMode.InputGradient ? Pixels.Length : 0);
            var activations = memory.Slots.Select(shape => new Activation(shape, Own(shape.Length, shape.ElementType))).ToArray();
            var counts = Own(graph.Nodes.Length, ElementType.Float64);
            SampleNumbers = Own(batch, ElementType.Int32);
            SampleNumbers.UploadAs<int>([.. Enumerable.Range(0, batch)]);
            var buffers = new PlanBuffers(Pixels, PixelGradient, counts, SampleNumbers);
            var compiler = new StepCompiler(model, graph, memory, activations, buffers, length => Own(length));
            steps = [.. Enumerable.Range(0, graph.Nodes.Length).Select(n => graph.IsActive(n) ? compiler.Compile(n) : null)];
            ranges = [.. graph.Nodes.Select(node => (node.Name, $"{node.Name}, backward"))];
            drops = steps.Any(step => step is DropoutStep);
            scores = activations[memory.Output[graph.Last]];
            scoreGradient = hasGradient ? activations[memory.Gradient[graph.Last]] : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public SpikingModel Model { get; }

    /// <summary>Largest number of samples of a pass.</summary>
    public int Batch { get; }

    /// <summary>T; 0 for the ANN.</summary>
    public int Timesteps { get; }

    public PassMode Mode => graph.Mode;

    /// <summary>Input images (batch, channel, row, column), in [0, 1].</summary>
    public DeviceBuffer Pixels { get; }

    /// <summary>
    /// Each sample's number in its data set, <see cref="ElementType.Int32"/>: dropout's masks are drawn for the sample, wherever it is in a batch.
    /// 0, 1, … until others are uploaded.
    /// </summary>
    public DeviceBuffer SampleNumbers { get; }

    /// <summary>Class scores (batch, classes) of the last forward pass: the mean over timesteps.</summary>
    public DeviceBuffer Logits { get; }

    /// <summary>dL/dlogits (batch, classes): what <see cref="Backward"/> starts from.</summary>
    public DeviceBuffer LogitGradient { get; }

    /// <summary>dL/dpixels, like <see cref="Pixels"/>, after <see cref="Backward"/> in mode InputGradient.</summary>
    public DeviceBuffer PixelGradient { get; }

    /// <summary>What the plan takes of the device, as it was known before anything was allocated.</summary>
    public PlanMemory Memory { get; }

    /// <summary>Bytes of all that is alive while the plan's passes run: <see cref="PlanMemory.Total"/>.</summary>
    public long PeakBytes => Memory.Total;

    /// <summary>Samples that a pass over so many has room for: whole blocks of lanes.</summary>
    public int SamplesComputed(int samples) => graph.Lanes.BlocksOf(samples) * graph.Lanes.BlockSamples;

    /// <summary>
    /// Samples that a plan for inference best computes together: a larger batch gains nothing where the backend lays out each image by itself,
    /// once there is one for each part of the device.
    /// </summary>
    internal static int BestBatch(SpikingModel model, int batch, int timesteps) =>
        PlanLimits.Lay(model, batch, timesteps, PassMode.Inference).Graph.Lanes.BlockSamples == 1
            ? Math.Min(batch, model.Backend.Parallelism)
            : batch;

    /// <summary>What such a plan will take, without allocating it.</summary>
    /// <exception cref="BadInputException">As the constructor, but for the memory that the device has.</exception>
    public static PlanMemory Measure(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        PlanLimits.CheckTimesteps(model, timesteps);
        return PlanLimits.TryLay(model, batch, timesteps, mode)?.Bytes
            ?? throw new BadInputException($"{model.Network.Architecture} at T = {timesteps}, batch {batch}: more than can be addressed");
    }

    /// <summary>Computes the logits of the first <paramref name="samples"/> images.</summary>
    /// <param name="samples">1 … Batch.</param>
    /// <param name="dropout">Stream of the dropout masks, in training.</param>
    /// <param name="countSpikes">Whether <see cref="SpikeCount"/> will be asked.</param>
    /// <param name="cancellation">Asked before every node.</param>
    /// <exception cref="OperationCanceledException">Cancelled: there is no pass to go back through.</exception>
    public void Forward(int samples, RandomKey dropout = default, bool countSpikes = false, CancellationToken cancellation = default)
    {
        Run(samples, graph.Nodes.Length, dropout, countSpikes, cancellation);
        Model.Backend.Readout(scores, Logits, samples);
        hasForward = true;
    }

    /// <summary>As <see cref="Forward"/>, while somebody looks at the spikes of each layer of neurons as soon as they are there.</summary>
    /// <param name="fired">Given the neuron node and its spikes, to be read before it returns: later nodes may use their memory.</param>
    /// <param name="cancellation">Asked before every node.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void ForwardWatching(int samples, Action<int, Activation> fired, CancellationToken cancellation = default)
    {
        Begin(samples, graph.Nodes.Length, default, false, cancellation);
        for (var n = 0; n < end; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            StepForward(n);
            if (steps[n] is SpikingStep neurons)
            {
                fired(n, neurons.Spikes);
            }
        }

        Model.Backend.Readout(scores, Logits, samples);
        hasForward = true;
    }

    /// <summary>Carries <see cref="LogitGradient"/> back through the last forward pass: to the pixels or to the parameters.</summary>
    /// <exception cref="InvalidOperationException">The mode has no gradient, or there was no forward pass since the last call.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: gradients hold part of what they should.</exception>
    public void Backward(NeuronGradient gradient, CancellationToken cancellation = default)
    {
        RequireForward();
        pass = pass with { Gradient = gradient, Adaptive = null };
        RunBackward(cancellation);
    }

    /// <summary><see cref="Backward"/> with a surrogate that adapts, whose run has begun.</summary>
    /// <param name="gradient">Of <see cref="PrepareAdaptive"/>.</param>
    /// <param name="learns">Whether it remembers what it sees in this pass.</param>
    /// <exception cref="InvalidOperationException">
    /// The mode is not InputGradient, no run has begun, or there was no forward pass since the last call.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void BackwardAdaptively(AdaptiveGradient gradient, bool learns = true, CancellationToken cancellation = default)
    {
        RequireForward();
        if (Mode != PassMode.InputGradient)
        {
            throw new InvalidOperationException($"a surrogate that adapts gives gradients of images only, the mode is {Mode}");
        }

        pass = pass with { Adaptive = gradient, Learns = learns };
        RunBackward(cancellation);
    }

    /// <summary>Memory of a surrogate that adapts, for this plan's neurons. The caller disposes of it.</summary>
    /// <exception cref="BadInputException">It takes more memory than this machine has.</exception>
    public AdaptiveGradient PrepareAdaptive(AdaptiveSurrogate surrogate)
    {
        var neurons = steps.OfType<SpikingStep>().ToArray();
        PlanLimits.CheckMemory(Model.Backend, AdaptiveGradient.Bytes(neurons, surrogate.Start.Count),
            $"{Model.Network.Architecture} at T = {Timesteps} with a batch of {Batch}: what gradients by {surrogate} take");
        return new AdaptiveGradient(Model.Backend, neurons, surrogate.Start.Count);
    }

    /// <summary>
    /// Makes the batch statistics of the last forward pass the running ones, so that inference on this batch computes what that pass did.
    /// </summary>
    /// <exception cref="InvalidOperationException">The mode is not BatchStatistics, or there was no forward pass.</exception>
    public void AdoptStatistics()
    {
        RequireStatistics();
        foreach (var step in steps.OfType<BatchNormStep>())
        {
            step.AdoptStatistics(Model.Backend);
        }
    }

    /// <summary>
    /// Has the batch statistics of the last forward pass go into the running ones, as a pass of training does (momentum 0.1), but without
    /// its dropout.
    /// </summary>
    /// <exception cref="InvalidOperationException">The mode is not BatchStatistics, or there was no forward pass.</exception>
    public void UpdateStatistics()
    {
        RequireStatistics();
        foreach (var step in steps.OfType<BatchNormStep>())
        {
            step.UpdateStatistics(Model.Backend, pass.Samples);
        }
    }

    /// <summary>Runs all that comes before a neuron node, so that <see cref="Current"/> can be read.</summary>
    /// <param name="cancellation">Asked before every node.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void ForwardToNeuron(int node, int samples, CancellationToken cancellation = default) =>
        Run(samples, node, default, false, cancellation);

    /// <summary>The input current of a neuron node, right after <see cref="ForwardToNeuron"/>.</summary>
    /// <exception cref="ArgumentException">The node is no spiking neuron of this plan.</exception>
    /// <exception cref="InvalidOperationException">The plan makes the current together with the spikes and does not store it.</exception>
    public Activation Current(int node) => Neuron(node) is NeuronStep neuron
        ? neuron.Current
        : throw new InvalidOperationException(
            $"node {node} ({graph.Nodes[node].Name}): a plan in mode {Mode} does not store its current, one in mode {PassMode.BatchStatistics} does");

    /// <summary>The scores of the last forward pass at every timestep: (steps, samples, classes).</summary>
    public float[] ScoresByStep() => scores.ToHost(pass.Samples);

    /// <summary>Spikes of a neuron node over all steps and samples of the last forward pass, which was asked to count them.</summary>
    /// <exception cref="ArgumentException">The node is no spiking neuron of this plan.</exception>
    /// <exception cref="InvalidOperationException">The last pass did not count.</exception>
    public double SpikeCount(int node)
    {
        var neuron = Neuron(node);
        return pass.CountSpikes ? neuron.CountedSpikes : throw new InvalidOperationException("the last forward pass was not asked to count spikes");
    }

    public void Dispose()
    {
        ForgetRecordings();
        foreach (var buffer in owned)
        {
            buffer.Dispose();
        }
    }

    private void RequireForward()
    {
        if (scoreGradient is null || !hasForward)
        {
            throw new InvalidOperationException(scoreGradient is null ? $"mode {Mode} has no backward pass" : "Backward without a Forward");
        }
    }

    private void RunBackward(CancellationToken cancellation)
    {
        hasForward = false; // in-place steps have consumed its values
        this.cancellation = cancellation;
        end = WayBack;
        if (pass.Adaptive is not null || Model.IsStale)
        {
            RunStepsBackward(); // whose memory lives for a run of an attack only; or a step says that its weights were pruned
        }
        else
        {
            Replay(runStepsBackward);
        }
    }

    private void RunStepsBackward()
    {
        Model.Backend.ReadoutGradient(LogitGradient, scoreGradient!, pass.Samples);
        for (var n = graph.Last; n >= 0; n--)
        {
            if (memory.Gradient[n] >= 0)
            {
                cancellation.ThrowIfCancellationRequested();
                StepBackward(n);
            }
        }
    }

    private SpikingStep Neuron(int node) => steps[node] as SpikingStep
        ?? throw new ArgumentException($"node {node} ({graph.Nodes[node].Name}) is no spiking neuron of a plan with T = {Timesteps}", nameof(node));

    private void Run(int samples, int firstLeftOut, RandomKey dropout, bool countSpikes, CancellationToken cancellation)
    {
        Begin(samples, firstLeftOut, dropout, countSpikes, cancellation);
        Replay(runSteps);
    }

    private void Begin(int samples, int firstLeftOut, RandomKey dropout, bool countSpikes, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Batch);
        hasForward = false;
        this.cancellation = cancellation;
        Model.Prepare();
        pass = new Pass(samples, drops ? dropout : default, countSpikes, NeuronGradient.Default);
        end = firstLeftOut;
    }

    /// <summary>Runs operations that depend on the pass alone, as a recording where that can be used again.</summary>
    private void Replay(Action operations)
    {
        if (drops)
        {
            operations(); // with other masks every time
            return;
        }

        if (recordedConnections != Model.ConnectionsVersion)
        {
            ForgetRecordings();
            recordedConnections = Model.ConnectionsVersion;
        }

        if (recordings.TryGetValue((pass, end), out var recording))
        {
            recording.Replay();
        }
        else
        {
            recordings.Add((pass, end), Model.Backend.Record(operations));
        }
    }

    private void ForgetRecordings()
    {
        foreach (var recording in recordings.Values)
        {
            recording.Dispose();
        }

        recordings.Clear();
    }

    private void RunSteps()
    {
        for (var n = 0; n < end; n++)
        {
            cancellation.ThrowIfCancellationRequested(); // where a device replays a recording, nobody is asked
            StepForward(n);
        }
    }

    private void StepForward(int node)
    {
        if (steps[node] is { } step)
        {
            using var range = Model.Backend.Range(ranges[node].Forward);
            step.Forward(Model.Backend, in pass);
        }
    }

    private void StepBackward(int node)
    {
        if (steps[node] is { } step)
        {
            using var range = Model.Backend.Range(ranges[node].Backward);
            step.Backward(Model.Backend, in pass);
        }
    }

    private void RequireStatistics()
    {
        if (Mode != PassMode.BatchStatistics || !hasForward)
        {
            throw new InvalidOperationException(Mode == PassMode.BatchStatistics ? "batch statistics without a Forward" : $"mode {Mode} has no batch statistics");
        }
    }

    private DeviceBuffer Own(long length, ElementType type = ElementType.Float32)
    {
        var buffer = Model.Backend.Allocate(length, type);
        owned.Add(buffer);
        return buffer;
    }
}
