using ManagedCuda;
using RobustSnn.Cuda.Profiling;

namespace RobustSnn.Cuda;

/// <summary>Times by the card's own clock, and what it does at most.</summary>
public sealed partial class CudaBackend
{
    /// <summary>How long the card takes for all that is called, by events before and behind it; gaps in which it waits for the host are in it.</summary>
    public TimeSpan Time(Action operations)
    {
        using var turn = TakeTurn();
        try
        {
            using var begin = new CudaEvent();
            using var end = new CudaEvent();
            begin.Record(device.Stream);
            operations();
            end.Record(device.Stream);
            end.Synchronize();
            return TimeSpan.FromMilliseconds(CudaEvent.ElapsedTime(begin, end));
        }
        catch (CudaException failure)
        {
            throw device.Failure(failure.CudaError, "take the time");
        }
    }

    /// <summary>Measures what kernels are compared with.</summary>
    /// <param name="copied">Bytes of the array that is copied: more than the card's caches hold.</param>
    /// <param name="size">Rows and columns of the matrices that are multiplied.</param>
    /// <exception cref="Model.BadInputException">There is no cuBLAS, or not so much memory.</exception>
    public CardSpeed MeasureSpeed(long copied, int size)
    {
        using var turn = TakeTurn();
        return CardSpeed.Measure(device, Time, copied, size);
    }
}
