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

    /// <summary>x = x/(1 − rate) where draw ((t·B + b)·n + neuron) ≥ rate, else 0; n neurons a sample</summary>
    public void Dropout(Activation values, float rate, RandomKey key, int samples)
    {
        var x = new HostActivation(values);
        foreach (var at in x.Sites(samples))
        {
            var neuron = (at.Channel * x.Shape.Rows + at.Row) * x.Shape.Columns + at.Column;
            var draw = ((long)at.Step * x.Shape.Lanes.Batch + at.Sample) * x.Shape.Count + neuron;
            x[at] = RandomDraws.Uniform(key, draw) >= rate ? (float)(x[at] / (1.0 - rate)) : 0;
        }
    }
}
