using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Profiling;

/// <summary>One operation's turn, which a profiler, where one is attached, shows under the operation's name.</summary>
internal readonly struct NamedTurn : IDisposable
{
    private readonly Turns.Turn turn;

    public NamedTurn(Turns.Turn turn, string operation)
    {
        this.turn = turn;
        if (Nvtx.IsAttached)
        {
            Nvtx.RangePush(operation);
        }
    }

    public void Dispose()
    {
        if (Nvtx.IsAttached)
        {
            Nvtx.RangePop();
        }

        turn.Dispose();
    }
}
