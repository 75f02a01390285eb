namespace RobustSnn.Engine.Tests;

/// <summary>What work on this thread takes from the garbage collector.</summary>
internal static class Allocations
{
    private const int Tries = 5;

    /// <summary>
    /// Bytes that each call allocates, once it is warm: the least of some calls, as the runtime allocates for itself now and then, on whichever
    /// thread is at hand, when it compiles a loop anew or loads a type. What a call itself allocates, it does every time.
    /// </summary>
    public static long OfEachCall(Action work)
    {
        work();
        work();
        return Enumerable.Range(0, Tries).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
