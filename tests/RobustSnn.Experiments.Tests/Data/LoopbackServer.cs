using System.Net.Sockets;
using System.Net;
using System.Text.RegularExpressions;
using System.Text;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>How the server treats the next requests.</summary>
internal enum Behaviour
{
    /// <summary>Answers ranges, as most servers do.</summary>
    Ranges,

    /// <summary>Always sends the whole file.</summary>
    NoRanges,

    /// <summary>Drops the connection after half of what it should send.</summary>
    BreaksOff,

    NotFound,

    /// <summary>Answers everything with a page, as networks do that want a login.</summary>
    LoginPage,
}

/// <summary>A small HTTP server on this machine that serves one file and can misbehave.</summary>
internal sealed partial class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly byte[] content;
    private readonly Task serving;

    public LoopbackServer(byte[] content)
    {
        this.content = content;
        listener.Start();
        serving = Serve();
    }

    public Behaviour Behaviour { get; set; } = Behaviour.Ranges;

    /// <summary>The start of each request's range, null where it asked for the whole file.</summary>
    public List<long?> Requests { get; } = [];

    /// <summary>What the file is called.</summary>
    public string FileName { get; init; } = "cifar-10-binary.tar.gz";

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/{FileName}");

    public void Dispose()
    {
        listener.Stop();
        serving.Wait();
    }

    [GeneratedRegex(@"^Range: bytes=(\d+)-\s*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex RangeHeader();

    private async Task Serve()
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await Answer(client.GetStream());
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (IOException)
            {
                // The client went away, as a cancelled download does.
            }
        }
    }

    private async Task Answer(NetworkStream stream)
    {
        var match = RangeHeader().Match(await ReadHead(stream));
        long? asked = match.Success ? long.Parse(match.Groups[1].Value) : null;
        Requests.Add(asked);

        var start = Behaviour == Behaviour.NoRanges ? 0 : (int)(asked ?? 0);
        if (Behaviour == Behaviour.NotFound)
        {
            await Head(stream, "404 Not Found", 0, "");
        }
        else if (Behaviour == Behaviour.LoginPage)
        {
            var page = "<html>Please log in.</html>"u8.ToArray();
            await Head(stream, "200 OK", page.Length, "Content-Type: text/html; charset=utf-8\r\n");
            await stream.WriteAsync(page);
        }
        else if (start >= content.Length)
        {
            await Head(stream, "416 Range Not Satisfiable", 0, $"Content-Range: bytes */{content.Length}\r\n");
        }
        else
        {
            var length = content.Length - start;
            var partial = asked is not null && Behaviour != Behaviour.NoRanges;
            await Head(
                stream,
                partial ? "206 Partial Content" : "200 OK",
                length,
                partial ? $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}\r\n" : "");
            await stream.WriteAsync(content.AsMemory(start, Behaviour == Behaviour.BreaksOff ? length / 2 : length));
        }
    }

    private static async Task<string> ReadHead(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private static async Task Head(NetworkStream stream, string status, int length, string more) => await stream.WriteAsync(
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n"));
}
