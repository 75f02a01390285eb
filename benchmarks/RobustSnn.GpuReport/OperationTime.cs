using System.Globalization;
using RobustSnn.Contract;
using RobustSnn.Cuda;

namespace RobustSnn.GpuReport;

/// <summary>One operation's time by the card's clock, and its work.</summary>
/// <param name="Seconds">Of a call.</param>
/// <param name="Bytes">Of its operands, each once.</param>
/// <param name="MultiplyAdds">With weights that exist; 0 where there are none.</param>
internal sealed record OperationTime(double Seconds, double Bytes, double MultiplyAdds)
{
    private const int CallsOfRecording = 10;
    private const int Tries = 5;
    private const int MostReplays = 1000;
    private const double SecondsOfTry = 0.02;

    /// <summary>Calls are recorded, so that the card does not wait for the host between them; the median of some tries counts.</summary>
    public static OperationTime Of(CudaBackend backend, ContractCase @case, bool quick)
    {
        var (recorded, recording) = RecordingBackend.Around(backend, @case.Operation);
        using var bench = new Workbench(recorded, @case.ToString(), @case.HasWidths);
        @case.Run(bench);
        var operation = recording.Again();
        operation();
        using var calls = backend.Record(() =>
        {
            for (var i = 0; i < CallsOfRecording; i++)
            {
                operation();
            }
        });
        calls.Replay();
        var once = backend.Time(calls.Replay).TotalSeconds;
        var replays = quick ? 1 : Math.Clamp((int)(SecondsOfTry / Math.Max(once, 1e-6)), 1, MostReplays);
        var tries = Enumerable.Range(0, Tries).Select(_ => backend.Time(() =>
        {
            for (var i = 0; i < replays; i++)
            {
                calls.Replay();
            }
        }).TotalSeconds).Order().ToArray();
        return new OperationTime(tries[Tries / 2] / replays / CallsOfRecording, recording.Bytes, recording.MultiplyAdds);
    }

    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Seconds:R} {Bytes:R} {MultiplyAdds:R}");

    public static OperationTime Parse(string line) =>
        line.Split(' ') is [var seconds, var bytes, var products] ? new(Number(seconds), Number(bytes), Number(products)) : throw new FormatException(line);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
