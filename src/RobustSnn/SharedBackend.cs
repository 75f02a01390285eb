using RobustSnn.Engine.Operations;

namespace RobustSnn;

/// <summary>A backend that several networks compute on: the last of them closes it. A network and what was made of it may be disposed of in any order.</summary>
internal sealed class SharedBackend(IBackend backend)
{
    private int users;

    public IBackend Backend { get; } = backend;

    public SharedBackend Take()
    {
        Interlocked.Increment(ref users);
        return this;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            Backend.Dispose();
        }
    }
}
