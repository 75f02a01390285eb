namespace RobustSnn.Ranks;

/// <summary>
/// How long to stay away between two looks at what has not come: not at all at first, then for a turn of whoever shares the core, then for a millisecond, so
/// that ranks which share cores let each other compute.
/// </summary>
internal struct Backoff
{
    private const int Spins = 100;
    private const int Yields = 400;
    private int looks;

    public void Pause()
    {
        looks++;
        if (looks <= Spins)
        {
            Thread.SpinWait(20);
        }
        else if (looks <= Spins + Yields)
        {
            Thread.Yield();
        }
        else
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Something has come.</summary>
    public void Reset() => looks = 0;
}
