using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Ranks;

/// <summary>What ranks tell each other at the start: who they are, and what has to be the same on all of them.</summary>
/// <param name="Settings">Names and values, the program's version among them.</param>
internal sealed record Introduction(string Machine, int Process, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    private const string Nothing = "(nothing)";

    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(Machine);
        writer.Write(Process);
        writer.Write(Settings.Count);
        foreach (var (name, value) in Settings)
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Flush();
        return memory.ToArray();
    }

    public static Introduction Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var (machine, process, count) = (reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
        return new Introduction(machine, process, [.. Enumerable.Range(0, count).Select(_ => KeyValuePair.Create(reader.ReadString(), reader.ReadString()))]);
    }

    /// <summary>Refuses ranks that differ, with the same message on all of them.</summary>
    /// <exception cref="BadInputException">A setting is not the same on all ranks; all such settings are named.</exception>
    public static void ExpectSame(IReadOnlyList<Introduction> ranks)
    {
        var settings = ranks.Select(rank => rank.Settings.ToDictionary(StringComparer.Ordinal)).ToArray();
        var names = ranks.SelectMany(rank => rank.Settings.Select(setting => setting.Key)).Distinct();
        var differing = names.Select(name => (Name: name, Values: settings.Select((setting, rank) => (Value: setting.GetValueOrDefault(name, Nothing), rank))
                .GroupBy(pair => pair.Value, pair => pair.rank, StringComparer.Ordinal).ToArray()))
            .Where(setting => setting.Values.Length > 1)
            .Select(setting => $"{setting.Name} is {string.Join(" and ", setting.Values.Select(value => $"{value.Key} on {Ranks([.. value])}"))}").ToArray();
        if (differing.Length > 0)
        {
            throw new BadInputException($"the processes of a run: expected the same settings on all ranks, found that {string.Join("; ", differing)}. "
                + "Start all of them with the same program and the same arguments");
        }
    }

    private static string Ranks(int[] ranks) =>
        (ranks.Length == 1 ? "rank " : "ranks ") + string.Join(", ", ranks.Select(rank => rank.ToString(CultureInfo.InvariantCulture)));
}
