using System.Reflection.Metadata.Ecma335;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RobustSnn.Architecture.Tests;

/// <summary>A folder of sources, as "Engine/Plans/Steps"; a project's own folder is its name without "RobustSnn.".</summary>
internal sealed record Arrow(string From, string To)
{
    public override string ToString() => $"{From} -> {To}";
}

/// <summary>
/// What the compiled assemblies under src refer to, folder by folder. Read from metadata and code, so that it says what is used and not what
/// is imported; where a type's sources are is in the symbols. Constants are not seen: the compiler puts their values in.
/// </summary>
internal sealed class Assemblies
{
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly Dictionary<(string Assembly, string Type), string> folders = [];

    private Assemblies()
    {
        var names = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).ToHashSet();
        var files = names.Select(name => Path.Combine(AppContext.BaseDirectory, name == "RobustSnn.Cli" ? "rsnn.dll" : $"{name}.dll")).ToArray();
        foreach (var file in files)
        {
            ReadFolders(file);
        }

        foreach (var file in files)
        {
            ReadUses(file);
        }
    }

    public static Lazy<Assemblies> Built { get; } = new(() => new Assemblies());

    /// <summary>From one folder to another, with a type on each side that shows it.</summary>
    public Dictionary<Arrow, string> Arrows { get; } = [];

    /// <summary>Types whose parts are in several folders.</summary>
    public List<string> Scattered { get; } = [];

    public IEnumerable<string> Folders => folders.Values.Distinct();

    private void ReadFolders(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        using var symbolFile = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        var (metadata, symbols) = (file.GetMetadataReader(), symbolFile.GetMetadataReader());
        var assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        var found = new Dictionary<string, HashSet<string>>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var outer = TypeNames.Of(metadata, handle);
            foreach (var document in Documents(metadata, symbols, handle))
            {
                if (Folder(symbols.GetString(symbols.GetDocument(document).Name)) is { } folder)
                {
                    found.TryAdd(outer, []);
                    found[outer].Add(folder);
                }
            }
        }

        foreach (var (type, places) in found)
        {
            folders[(assembly, type)] = places.MinBy(place => place.Length)!;
            if (places.Count > 1)
            {
                Scattered.Add($"{type}: {string.Join(", ", places.Order())}");
            }
        }
    }

    /// <summary>Of the methods' code, and, of types that have none, what the compiler notes beside.</summary>
    private static IEnumerable<DocumentHandle> Documents(MetadataReader metadata, MetadataReader symbols, TypeDefinitionHandle type)
    {
        foreach (var method in metadata.GetTypeDefinition(type).GetMethods())
        {
            var information = symbols.GetMethodDebugInformation(method);
            foreach (var point in information.SequencePointsBlob.IsNil ? [] : information.GetSequencePoints())
            {
                yield return point.Document;
                break;
            }
        }

        foreach (var handle in symbols.GetCustomDebugInformation(type))
        {
            var information = symbols.GetCustomDebugInformation(handle);
            if (symbols.GetGuid(information.Kind) == TypeDocuments)
            {
                var blob = symbols.GetBlobReader(information.Value);
                while (blob.RemainingBytes > 0)
                {
                    yield return MetadataTokens.DocumentHandle(blob.ReadCompressedInteger());
                }
            }
        }
    }

    /// <summary>Null for what is not under src, or was generated.</summary>
    private static string? Folder(string document)
    {
        var path = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), document).Replace('\\', '/');
        if (path.StartsWith("RobustSnn/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
        {
            return "Library"; // the project that has the whole house's name
        }

        if (!path.StartsWith("RobustSnn.", StringComparison.Ordinal) || path.Contains("/obj/", StringComparison.Ordinal))
        {
            return null;
        }

        return path[..path.LastIndexOf('/')]["RobustSnn.".Length..];
    }

    private void ReadUses(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = TypeNames.Of(metadata, handle);
            if (!folders.TryGetValue((assembly, type), out var from))
            {
                continue;
            }

            foreach (var used in new UsedTypes(file, metadata).Of(handle))
            {
                if (folders.TryGetValue((used.Assembly ?? assembly, used.Type), out var to) && to != from)
                {
                    Arrows.TryAdd(new Arrow(from, to), $"{type[(type.LastIndexOf('.') + 1)..]} uses {used.Type[(used.Type.LastIndexOf('.') + 1)..]}");
                }
            }
        }
    }
}
