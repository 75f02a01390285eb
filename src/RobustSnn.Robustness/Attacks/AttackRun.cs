using RobustSnn.Engine.Layout;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// One run of an attack over the samples of a batch, which come and go: each is at its own step, and whoever leaves makes room for the next, so
/// that passes stay full. What a sample gets does not depend on who is beside it, nor on when they came.
/// </summary>
/// <remarks>
/// What a run remembers of samples lies in buffers of the batch (<see cref="AttackBatch.Images"/>, <see cref="AttackBatch.Vector"/>), which move
/// with them; a run that remembers something elsewhere overrides <see cref="Moved"/>.
/// </remarks>
public abstract class AttackRun
{
    /// <param name="batch">Whose samples are attacked.</param>
    /// <param name="settings">How.</param>
    protected AttackRun(AttackBatch batch, AttackSettings settings)
    {
        Batch = batch;
        Settings = settings;
    }

    /// <summary>Steps from when a sample enters until its result stands.</summary>
    public abstract int Steps { get; }

    /// <summary>Whether who is seen to be broken is done: always where the attack ends there by itself.</summary>
    public virtual bool EndsWhereBroken => Settings.StopsEarly;

    /// <summary>How often it moves a sample on the way: one less than steps for an attack that looks at what its last move has made.</summary>
    public virtual int Moves => Steps;

    protected AttackBatch Batch { get; }

    protected AttackSettings Settings { get; }

    /// <summary>
    /// Samples have come to the marked places of the batch, with their images, labels and numbers: they begin, and what the run remembers of
    /// those who were there before is forgotten. The others go on as if nothing had happened.
    /// </summary>
    /// <param name="entering">1 for each place whose sample is new, else 0; at least one is.</param>
    public abstract void Enter(DeviceBuffer entering);

    /// <summary>
    /// One step of every sample of the batch. Afterwards <see cref="AttackBatch.Adversarial"/> holds what the attack has made of each if it ends
    /// here, and <see cref="AttackBatch.Broken"/> is 1 where the network as deployed was just seen to get that image wrong, else 0: a run
    /// that would have to ask for that alone leaves it 0, since whoever ends a run asks anyway.
    /// </summary>
    /// <param name="ages">Steps that each sample of the batch has had before this one, fewer than <see cref="Steps"/>.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract void Step(ReadOnlySpan<int> ages);

    /// <summary>Samples have moved within the batch, which is smaller now: place i has the one that was at <c>sources[i]</c>, which is not below i.</summary>
    public virtual void Moved(ReadOnlySpan<int> sources)
    {
    }

    /// <summary>All samples of the batch side by side, from the first step to the last.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void RunTogether()
    {
        var all = Batch.Vector("run.all");
        Batch.Backend.Fill(all, 1);
        Enter(all);
        var ages = new int[Batch.Samples];
        for (var step = 0; step < Steps; step++)
        {
            Array.Fill(ages, step);
            Step(ages);
        }
    }
}
