using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Monitoring;

/// <summary>What there is to see at one step, being collected.</summary>
internal sealed class EventSheet
{
    public SummaryMessage Summary { get; } = new();

    /// <summary>A point of a curve.</summary>
    public void Number(string tag, double value) => Summary.Values.Add(new SummaryValue { Tag = tag, Number = (float)value });

    /// <summary>How values lie; nothing where there are none.</summary>
    public void Histogram(string tag, ReadOnlySpan<double> values)
    {
        if (!values.IsEmpty)
        {
            Summary.Values.Add(new SummaryValue { Tag = tag, Histogram = Monitoring.Histogram.Of(values) });
        }
    }

    /// <summary>An image; nothing where nothing on this machine writes PNG.</summary>
    public void Image(string tag, ImageSheet sheet)
    {
        if (!LibPng.IsThere)
        {
            return;
        }

        Summary.Values.Add(new SummaryValue
        {
            Tag = tag,
            Image = new ImageMessage { Height = sheet.Rows, Width = sheet.Columns, Colours = ImageSheet.Colours, Content = sheet.Encode() },
        });
    }
}
