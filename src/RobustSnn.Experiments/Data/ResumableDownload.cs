using System.Net.Http.Headers;
using System.Net;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>How far a download has come.</summary>
/// <param name="BytesReceived">Bytes on disk, those of earlier attempts included.</param>
/// <param name="TotalBytes">Bytes of the whole file, where the server says.</param>
public readonly record struct DownloadProgress(long BytesReceived, long? TotalBytes);

/// <summary>
/// Downloads one file under a checksum. What arrives is kept in <c>file.part</c>, where the next attempt goes on; only a file with the
/// right checksum gets its name.
/// </summary>
internal static class ResumableDownload
{
    private const int BufferSize = 1 << 16;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    /// <exception cref="BadInputException">
    /// No connection, a refusal, a broken or silent connection, a file that cannot be written, a wrong checksum.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; what has arrived is kept.</exception>
    public static async Task Fetch(
        Uri source, Checksum checksum, string path, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var part = path + ".part";
        try
        {
            // One writer at a time: a second process fails here instead of mixing its bytes in.
            await using var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferSize, useAsync: true);
            await Receive(source, file, progress, cancellation);
            await CheckPart(checksum, file, cancellation);
            file.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{part}: cannot be written ({error.Message}). Is another download running, or the disk full?", error);
        }

        File.Move(part, path);
    }

    /// <summary>
    /// A part that came to its end and is another file must not be gone on with: the next attempt could only append to what is wrong.
    /// </summary>
    private static async Task CheckPart(Checksum checksum, FileStream file, CancellationToken cancellation)
    {
        var length = file.Length;
        var found = await checksum.Hash(file, cancellation);
        if (found != checksum.Hex)
        {
            file.SetLength(0);
            throw new BadInputException(
                $"{file.Name}: expected {checksum}, found {found} ({length} bytes). What was received is "
                + "another file or damaged, and is not kept. Check the network, and download again.");
        }
    }

    /// <summary>Hashes a whole open file, from its start.</summary>
    /// <exception cref="BadInputException">The file has another checksum.</exception>
    public static async Task CheckHash(Checksum checksum, FileStream file, CancellationToken cancellation)
    {
        var found = await checksum.Hash(file, cancellation);
        if (found != checksum.Hex)
        {
            throw new BadInputException(
                $"{file.Name}: expected {checksum}, found {found} ({file.Length} bytes). "
                + "The file is damaged or another one; it is kept for you to look at. Remove it and download again.");
        }
    }

    private static async Task Receive(
        Uri source, FileStream file, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectLimit }) { Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Get, source);
            if (file.Length > 0)
            {
                request.Headers.Range = new RangeHeaderValue(file.Length, null);
            }

            silence.CancelAfter(SilenceLimit);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (IsComplete(response, file.Length))
            {
                return;
            }

            await Write(source, response, file, progress, silence);
        }
        catch (HttpRequestException error)
        {
            throw new BadInputException(
                $"{source}: no connection, or it broke ({error.Message}). {Kept(file)} Check the network and run the download again.", error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new BadInputException(
                $"{source}: the server was silent for {SilenceLimit.TotalSeconds:0} seconds. {Kept(file)} Run the download again.", error);
        }
    }

    /// <summary>A server asked to go on at the very end answers 416 and says how long the file is.</summary>
    private static bool IsComplete(HttpResponseMessage response, long received) =>
        response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && response.Content.Headers.ContentRange?.Length == received;

    private static async Task Write(
        Uri source, HttpResponseMessage response, FileStream file, IProgress<DownloadProgress>? progress, CancellationTokenSource silence)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new BadInputException(
                $"{source}: the server answered {(int)response.StatusCode} ({response.ReasonPhrase}), expected the file. "
                + (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable
                    ? $"{file.Name} is longer than the file there; remove it and download again."
                    : "Check the address, or try again later."));
        }

        // Networks that want a login answer everything with a page of their own.
        if (response.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml")
        {
            throw new BadInputException(
                $"{source}: expected the file, the answer is a web page ({response.Content.Headers.ContentType.MediaType}). "
                + $"Nothing of it is kept. Does this network want a login or a proxy? {Kept(file)}");
        }

        // A server that ignores Range sends the whole file: start over.
        var start = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? 0 : 0;
        if (start > file.Length)
        {
            throw new BadInputException(
                $"{source}: asked to go on at byte {file.Length}, the server went on at {start}. Remove {file.Name} and download again.");
        }

        file.SetLength(start);
        file.Position = start;
        var total = start + response.Content.Headers.ContentLength;
        await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
        var buffer = new byte[BufferSize];
        while (true)
        {
            silence.CancelAfter(SilenceLimit);
            var count = await ReadBody(body, buffer, silence.Token);
            if (count == 0)
            {
                break;
            }

            await file.WriteAsync(buffer.AsMemory(0, count), silence.Token);
            progress?.Report(new(file.Position, total));
        }

        await file.FlushAsync(silence.Token);
    }

    /// <summary>Reads what the server still sends; that the connection broke says so, and is not taken for trouble with the disk.</summary>
    private static async Task<int> ReadBody(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation);
        }
        catch (IOException error)
        {
            throw new HttpRequestException(error.Message, error);
        }
    }

    private static string Kept(FileStream file) =>
        file.Length > 0 ? $"{file.Length} bytes are kept in {file.Name}, and the next attempt goes on from there." : "Nothing was received.";
}
