using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Checked;

/// <summary>Marks of samples, and APGD's bookkeeping.</summary>
public sealed partial class CheckedBackend
{
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples)
    {
        var call = new Call(nameof(MarkWrong), samples);
        call.Require(classes >= 1, $"classes expected 1 or more, found {classes}");
        call.Vector(nameof(logits), logits, (long)samples * classes);
        call.Vector(nameof(labels), labels, samples);
        call.Vector(nameof(wrong), wrong, samples);
        call.Vector(nameof(everWrong), everWrong, samples);
        call.Apart(nameof(logits), logits, nameof(wrong), wrong);
        Inner.MarkWrong(logits, labels, classes, wrong, everWrong, samples);
    }

    public void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples)
    {
        var call = new Call(nameof(InspectSamples), samples);
        Images(call, notFinite, samples, values);
        call.Vector(nameof(vanished), vanished, samples);
        Inner.InspectSamples(values, notFinite, vanished, samples);
    }

    public void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples)
    {
        var call = new Call(nameof(MarkOutside), samples);
        Images(call, outside, samples, images, origin);
        call.Require(tolerance >= 0, $"tolerance expected 0 or more, found {tolerance}");
        Inner.MarkOutside(images, origin, budget, tolerance, outside, samples);
    }

    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        Images(new Call(nameof(SelectSamples), samples), selected, samples, source, target);
        Inner.SelectSamples(selected, source, target, samples);
    }

    public void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples)
    {
        var call = new Call(nameof(DropSamples), samples);
        call.Vector(nameof(dropped), dropped, samples);
        call.Vector(nameof(values), values, samples, values.Type);
        call.Require(values.Length % dropped.Length == 0, $"values expected a multiple of {dropped.Length} elements, found {values.Length}");
        call.Apart(nameof(dropped), dropped, nameof(values), values);
        Inner.DropSamples(dropped, values, samples);
    }

    public void DropSamples(DeviceBuffer dropped, Activation values, int samples)
    {
        var call = new Call(nameof(DropSamples), samples);
        BySample(call, nameof(dropped), dropped, values, samples);
        Inner.DropSamples(dropped, values, samples);
        call.Border(nameof(values), values);
    }

    public void FillSamples(Activation values, DeviceBuffer marked, float value, int samples)
    {
        var call = new Call(nameof(FillSamples), samples);
        BySample(call, nameof(marked), marked, values, samples);
        Inner.FillSamples(values, marked, value, samples);
        call.Border(nameof(values), values);
    }

    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples)
    {
        var call = new Call(nameof(TrackLosses), samples);
        call.Vector(nameof(losses), losses, samples);
        Progress(call, progress, samples);
        call.Apart(nameof(losses), losses, nameof(progress.Best), progress.Best);
        call.Apart(nameof(losses), losses, nameof(progress.Previous), progress.Previous);
        Inner.TrackLosses(progress, losses, samples);
    }

    public void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples)
    {
        var call = new Call(nameof(HalveSteps), samples);
        Progress(call, progress, samples, (nameof(intervals), intervals), (nameof(steps), steps), (nameof(halvedNow), halvedNow));
        foreach (var interval in intervals.ToArray(samples))
        {
            call.Require(interval >= 0 && interval == MathF.Floor(interval), $"intervals expected whole numbers from 0 on, found {interval}");
        }

        Inner.HalveSteps(progress, intervals, steps, halvedNow, samples);
    }

    /// <summary>A mark a sample, and the activation whose samples they mark.</summary>
    private static void BySample(Call call, string name, DeviceBuffer marks, Activation values, int samples)
    {
        call.Vector(name, marks, samples);
        call.Floats(nameof(values), values);
        call.Apart(name, marks, nameof(values), values.Buffer);
    }

    /// <summary>A figure a sample each, and none of them in another's memory.</summary>
    private static void Progress(Call call, AttackProgress progress, int samples, params ReadOnlySpan<(string Name, DeviceBuffer Buffer)> others)
    {
        (string Name, DeviceBuffer Buffer)[] all =
        [
            .. others,
            (nameof(progress.Previous), progress.Previous), (nameof(progress.Best), progress.Best), (nameof(progress.Improved), progress.Improved),
            (nameof(progress.Rises), progress.Rises), (nameof(progress.BestAtCheckpoint), progress.BestAtCheckpoint),
            (nameof(progress.Halved), progress.Halved),
        ];
        for (var i = 0; i < all.Length; i++)
        {
            call.Vector(all[i].Name, all[i].Buffer, samples);
            for (var k = 0; k < i; k++)
            {
                call.Apart(all[k].Name, all[k].Buffer, all[i].Name, all[i].Buffer);
            }
        }
    }
}
