using YamlDotNet.Core.Events;
using YamlDotNet.Core;

namespace RobustSnn.Experiments.Settings;

/// <summary>Writes pieces of experiment files as YAML.</summary>
internal static class ConfigWriter
{
    /// <summary>A whole file.</summary>
    public static string File(ConfigMapping mapping) => Emit(mapping);

    /// <summary>One value in one line.</summary>
    public static string Inline(ConfigNode node) => node is ConfigSequence sequence
        ? $"[{string.Join(", ", sequence.Items.Select(Inline))}]"
        : ((ConfigScalar)node).Text;

    private static string Emit(ConfigNode node)
    {
        var text = new StringWriter { NewLine = "\n" };
        // No line is folded: descriptions stay in one line.
        var emitter = new Emitter(text, EmitterSettings.Default.WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, ConfigNode node)
    {
        switch (node)
        {
            case ConfigScalar scalar:
                ScalarStyle style = scalar.Plain ? ScalarStyle.Any : ScalarStyle.DoubleQuoted;
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, style, true, true));
                break;
            case ConfigSequence sequence:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Flow));
                foreach (ConfigNode item in sequence.Items)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case ConfigMapping mapping:
                emitter.Emit(new MappingStart());
                foreach (ConfigEntry entry in mapping.Entries)
                {
                    emitter.Emit(new Scalar(entry.Key));
                    Emit(emitter, entry.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
        }
    }
}
