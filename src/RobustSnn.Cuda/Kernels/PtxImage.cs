using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace RobustSnn.Cuda.Kernels;

/// <summary>PTX of a file of kernels, and what can be read off it without a card.</summary>
internal sealed partial class PtxImage
{
    private readonly string text;

    private PtxImage(string name, string text)
    {
        Name = name;
        this.text = text;
        Bytes = Encoding.ASCII.GetBytes(text + '\0'); // the driver wants it terminated
    }

    /// <summary>The file's name without folder and extension.</summary>
    public string Name { get; }

    /// <summary>What the driver compiles.</summary>
    public byte[] Bytes { get; }

    /// <summary>The version of PTX that it is written in, e.g. 7.8.</summary>
    public string Version => VersionLine().Match(text).Groups[1].Value;

    /// <summary>The first line: the sources that it was made of, by name and hash.</summary>
    public string SourceLine => text[..text.IndexOf('\n')];

    /// <summary>The kernels in it.</summary>
    public IEnumerable<string> Kernels => Entry().Matches(text).Select(match => match.Groups[1].Value);

    /// <summary>Names of all embedded files.</summary>
    public static IEnumerable<string> Names =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".ptx", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension)!;

    /// <exception cref="InvalidOperationException">This build has no such file.</exception>
    public static PtxImage Embedded(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.ptx")
            ?? throw new InvalidOperationException($"native/ptx/{name}.ptx is not in this build: './build.sh Kernels' makes it from native/kernels/{name}.cu");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return new PtxImage(name, reader.ReadToEnd());
    }

    /// <summary>Bytes of a kernel's one parameter.</summary>
    /// <exception cref="InvalidOperationException">There is no such kernel, or it has not exactly one.</exception>
    public int ParameterBytes(string kernel)
    {
        var entry = Entry().Matches(text).FirstOrDefault(match => match.Groups[1].Value == kernel)
            ?? throw new InvalidOperationException($"{Name}.ptx has no kernel {kernel}; it has {string.Join(", ", Kernels)}");
        var sizes = Parameter().Matches(entry.Groups[2].Value);
        return sizes.Count == 1
            ? int.Parse(sizes[0].Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"kernel {kernel} of {Name}.ptx has {sizes.Count} parameters that are structs, expected one");
    }

    [GeneratedRegex(@"^\.version\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"\.entry\s+([\w$]+)\s*\(([^)]*)\)")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.param\s+\.align\s+\d+\s+\.b8\s+[\w$]+\[(\d+)\]")]
    private static partial Regex Parameter();
}
