using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Reference;

public sealed partial class ReferenceBackend
{
    /// <summary>target[i] = draw i of the stream</summary>
    public void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key)
    {
        var x = HostBuffer.Changing(target);
        for (var i = 0L; i < count; i++)
            x[i] = kind == RandomKind.Normal ? RandomDraws.Normal(key, i) : RandomDraws.Uniform(key, i);
    }

    /// <summary>target[b, j] = draw j of the stream of sample numbers[b]</summary>
    public void RandomFillSamples(DeviceBuffer target, DeviceBuffer numbers, RandomKind kind, RandomKey key, int samples)
    {
        var x = HostBuffer.Changing(target);
        var length = SampleLength(target, numbers);
        for (var sample = 0; sample < samples; sample++)
            for (var j = 0; j < length; j++)
            {
                var own = key.Derive(Number(numbers, sample));
                x[sample * length + j] = kind == RandomKind.Normal ? RandomDraws.Normal(own, j) : RandomDraws.Uniform(own, j);
            }
    }

    /// <summary>x = x/(1 − rate) where draw t·n + neuron of the sample's stream ≥ rate, else 0; n neurons a sample</summary>
    public void Dropout(Activation values, float rate, RandomKey key, DeviceBuffer numbers, int samples)
    {
        var x = new HostActivation(values);
        foreach (var at in x.Sites(samples))
        {
            var neuron = (at.Channel * x.Shape.Rows + at.Row) * x.Shape.Columns + at.Column;
            var draw = (long)at.Step * x.Shape.Count + neuron;
            x[at] = RandomDraws.Uniform(key.Derive(Number(numbers, at.Sample)), draw) >= rate ? (float)(x[at] / (1.0 - rate)) : 0;
        }
    }

    private static ulong Number(DeviceBuffer numbers, int sample)
    {
        var number = new int[1];
        numbers.DownloadAs<int>(number, sample);
        return (ulong)number[0];
    }
}
