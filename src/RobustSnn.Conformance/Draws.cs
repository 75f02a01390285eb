using RobustSnn.Engine.Layout;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Conformance;

/// <summary>Draws that a case gives for each of its samples.</summary>
internal static class Draws
{
    /// <summary>Those of the samples under attack, on the device until the next call.</summary>
    /// <param name="draws">One a pixel, of all the case's samples.</param>
    public static DeviceBuffer Upload(AttackBatch batch, float[] draws)
    {
        var count = batch.Classifier.PixelCount;
        var own = new float[batch.PixelCount];
        for (var i = 0; i < batch.Samples; i++)
        {
            draws.AsSpan(batch.NumbersHost[i] * count, count).CopyTo(own.AsSpan(i * count));
        }

        var buffer = batch.Images("conformance.draw");
        buffer.Upload(own);
        return buffer;
    }
}
