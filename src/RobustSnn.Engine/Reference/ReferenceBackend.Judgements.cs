using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

/// <summary>Marks of samples, one float for each sample of the batch, and what is done with those that are marked.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>wrong[b] = [some f is no finite number, or argmax f ≠ y]; everWrong[b] = 1 where wrong[b]</summary>
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var f = Row(logits, sample, classes);
            var isWrong = !f.All(double.IsFinite) || Array.IndexOf(f, f.Max()) != HostBuffer.Of(labels)[sample];
            HostBuffer.Of(wrong)[sample] = isWrong ? 1 : 0;
            if (isWrong && everWrong is not null)
                HostBuffer.Of(everWrong)[sample] = 1;
        }
    }

    /// <summary>notFinite[b] = 1 where some value is no finite number; vanished[b] = [every value = 0]</summary>
    public void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var g = Image(values, sample, SampleLength(values, notFinite));
            if (!g.All(double.IsFinite))
                HostBuffer.Of(notFinite)[sample] = 1;
            if (vanished is not null)
                HostBuffer.Of(vanished)[sample] = g.All(each => each == 0) ? 1 : 0;
        }
    }

    /// <summary>outside[b] = 0 where every x is in [0, 1] and ‖x − origin‖ ≤ ε + tolerance (L∞), ε + tolerance·√n (L2); else 1</summary>
    public void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples)
    {
        var length = SampleLength(images, outside);
        for (var sample = 0; sample < samples; sample++)
        {
            var x = Image(images, sample, length);
            var changes = x.Zip(Image(origin, sample, length), (each, from) => each - from).ToArray();
            var isInside = x.All(each => each is >= 0 and <= 1) && (budget.Norm == Norm.Infinity
                ? changes.All(change => Math.Abs(change) <= (double)budget.Radius + tolerance)
                : Math.Sqrt(changes.Sum(change => change * change)) <= budget.Radius + tolerance * Math.Sqrt(length));
            HostBuffer.Of(outside)[sample] = isInside ? 0 : 1;
        }
    }

    /// <summary>target[b] = source[b] where selected[b] ≠ 0</summary>
    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        var length = SampleLength(source, selected);
        for (var sample = 0; sample < samples; sample++)
        {
            if (HostBuffer.Of(selected)[sample] != 0)
                Array.Copy(HostBuffer.Of(source), sample * length, HostBuffer.Of(target), sample * length, length);
        }
    }

    /// <summary>values[0], values[1], … = values[b] for the b with dropped[b] = 0, ascending</summary>
    public void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples)
    {
        values.MarkChanged();
        var memory = HostBuffer.BytesOf(values);
        var bytes = (int)(values.Bytes / dropped.Length);
        var kept = Enumerable.Range(0, samples).Where(sample => HostBuffer.Of(dropped)[sample] == 0).ToArray();
        for (var place = 0; place < kept.Length; place++)
            memory.Slice(kept[place] * bytes, bytes).CopyTo(memory[(place * bytes)..]);
    }

    /// <summary>x[·, 0], x[·, 1], … = x[·, b] for the b with dropped[b] = 0, ascending</summary>
    public void DropSamples(DeviceBuffer dropped, Activation values, int samples)
    {
        var x = new HostActivation(values);
        var kept = Enumerable.Range(0, samples).Where(sample => HostBuffer.Of(dropped)[sample] == 0).ToArray();
        for (var place = 0; place < kept.Length; place++)
        {
            foreach (var at in x.Sites(samples: 1))
                x[at with { Sample = place }] = x[at with { Sample = kept[place] }];
        }
    }

    /// <summary>x[·, b] = value where marked[b] ≠ 0</summary>
    public void FillSamples(Activation values, DeviceBuffer marked, float value, int samples)
    {
        var x = new HostActivation(values);
        foreach (var at in x.Sites(samples))
        {
            if (HostBuffer.Of(marked)[at.Sample] != 0)
                x[at] = value;
        }
    }
}
