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

    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples)
    {
        var call = new Call(nameof(TrackLosses), samples);
        call.Vector(nameof(losses), losses, samples);
        Progress(call, progress, samples);
        call.Apart(nameof(losses), losses, nameof(progress.Best), progress.Best);
        call.Apart(nameof(losses), losses, nameof(progress.Previous), progress.Previous);
        Inner.TrackLosses(progress, losses, samples);
    }

    public void HalveSteps(AttackProgress progress, int interval, DeviceBuffer steps, int samples)
    {
        var call = new Call(nameof(HalveSteps), samples);
        call.Require(interval >= 1, $"interval expected 1 or more, found {interval}");
        call.Vector(nameof(steps), steps, samples);
        Progress(call, progress, samples);
        Inner.HalveSteps(progress, interval, steps, samples);
    }

    private static void Progress(Call call, AttackProgress progress, int samples)
    {
        (string Name, DeviceBuffer Buffer)[] all =
        [
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
