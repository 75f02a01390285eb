using System.Reflection;
using NUnit.Framework;
using RobustSnn.Engine.Checked;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>What a checked backend sees: calls that would read or write where nothing belongs to them, and operations that leave wrong zeros.</summary>
[TestFixture]
public sealed class CheckedBackendTests
{
    private const int Samples = 1;

    private static readonly ActivationShape Shape = new(2, 2, 3, 1, LaneLayout.Choose(2, 0));

    private Faulty faulty = null!;
    private CheckedBackend backend = null!;

    [SetUp]
    public void Open()
    {
        var proxy = DispatchProxy.Create<IBackend, Faulty>();
        faulty = (Faulty)(object)proxy;
        faulty.Inner = Backends.Open("reference", new BackendOptions(IsChecked: false));
        backend = new CheckedBackend(proxy);
    }

    [TearDown]
    public void Close()
    {
        faulty.Afterwards = null;
        backend.Dispose();
    }

    [Test]
    public void Right_calls_of_a_right_backend_pass() => Assert.That(() => Gradient(New(), New(), New()), Throws.Nothing);

    [Test]
    public void A_short_buffer([Values] bool isTarget) => Refuses(
        () => backend.Copy(Buffer(isTarget ? 9 : 8), Buffer(isTarget ? 8 : 9), 9), isTarget ? "target" : "source", "at least 9", "found 8");

    [Test]
    public void Another_element_type() => Refuses(
        () => backend.Relu(New(), new Activation(Shape, Buffer(Shape.Length, ElementType.Int32)), Samples), "output", "Float32", "Int32");

    [Test]
    public void More_samples_than_there_are([Values(-1, 0, 3)] int samples) =>
        Refuses(() => backend.Relu(New(), New(), samples), "input", "1 to 2 samples", $"found {samples}");

    [Test]
    public void Another_map() => Refuses(() => backend.Relu(New(), New(Shape with { Rows = 3 }), Samples), "2 × 2 × 3", "2 × 3 × 3");

    [Test]
    public void A_label_or_target_that_is_no_class([Values(-1, 0.5f, 5, float.NaN)] float wrong, [Values] bool isTarget)
    {
        var (right, outside) = (Buffer(1), Buffer(1));
        outside.Upload([wrong]);
        Refuses(
            () => backend.LogitLoss(LogitLoss.LogitDifference, Buffer(5), null, isTarget ? right : outside, 5, 1, Buffer(1), null, null, 1, isTarget ? outside : right),
            isTarget ? "targets" : "labels", "from 0 to 4", $"found {wrong}");
    }

    [Test]
    public void Other_lanes() =>
        Refuses(() => backend.Relu(New(), New(Shape with { Lanes = LaneLayout.Choose(3, 0) }), Samples), "input", "output", "lanes");

    [Test]
    public void Two_layouts_in_one_memory()
    {
        var input = New();
        Refuses(() => backend.Relu(input, new Activation(Shape with { Border = 0 }, input.Buffer), Samples), "input", "output", "same buffer");
    }

    [Test]
    public void The_same_memory_where_it_is_not_allowed()
    {
        var input = New();
        using var connection = backend.Connect(new ConvolutionGeometry(2, 2, 3, 2, 1, 1, 1, 1, 0), Buffer(4));
        Refuses(() => backend.Convolve(connection, null, input, input, Samples), "input", "output", "same buffer");
    }

    [Test]
    public void What_is_not_zero_in_a_border_that_is_read()
    {
        var input = New();
        Put(input, Shape.Offset(0, 1, -1), 1);
        Refuses(() => backend.Relu(input, New(), Samples), "input", "border", "row 1, column -1");
    }

    [Test]
    public void What_is_not_zero_in_a_border_that_was_written([Values(1f, float.NaN)] float wrong)
    {
        var output = New();
        faulty.Afterwards = () => Put(output, Shape.Offset(0, -1, 2), wrong);
        Refuses(() => backend.Relu(New(), output, Samples), "output", "border", "row -1, column 2");
    }

    [Test]
    public void What_is_not_zero_in_a_spare_lane_that_is_read()
    {
        var gradient = New();
        Put(gradient, Lane(sample: 1), 1);
        Refuses(() => Gradient(New(), gradient, New()), "the gradient that is read", "lane 1 of block 0", "channel 1, row 1, column 0");
    }

    [Test]
    public void What_is_not_zero_in_a_spare_lane_that_was_written([Values(1f, float.PositiveInfinity, float.NaN)] float wrong)
    {
        var gradient = New();
        faulty.Afterwards = () => Put(gradient, Lane(sample: 1), wrong);
        Refuses(() => Gradient(New(), New(), gradient), "inputGradient", "lane 1 of block 0", "channel 1, row 1, column 0");
    }

    /// <summary>0 times what is not finite is NaN, also where there is no sample.</summary>
    [Test]
    public void NaN_in_a_spare_lane_is_no_fault_where_samples_have_no_finite_numbers()
    {
        var gradient = New();
        faulty.Afterwards = () =>
        {
            Put(gradient, Lane(sample: 1), float.NaN);
            Put(gradient, Lane(sample: 0), float.NegativeInfinity);
        };
        Assert.That(() => Gradient(New(), New(), gradient), Throws.Nothing);
    }

    [Test]
    public void NaN_in_a_spare_lane_is_no_fault_if_it_was_there_before()
    {
        var (read, written) = (New(), New());
        Put(read, Lane(sample: 1), float.NaN);
        faulty.Afterwards = () => Put(written, Lane(sample: 1), float.NaN);
        Assert.That(() => Gradient(New(), read, written), Throws.Nothing);
    }

    [Test]
    public void NaN_in_a_spare_lane_is_no_fault_if_what_was_read_overflowed()
    {
        var (output, gradient) = (New(), New());
        Put(output, Lane(sample: 1), float.PositiveInfinity);
        faulty.Afterwards = () => Put(gradient, Lane(sample: 1), float.NaN);
        Assert.That(() => Gradient(output, New(), gradient), Throws.Nothing);
    }

    [Test]
    public void Infinity_in_a_spare_lane_is_a_fault_whatever_was_read()
    {
        var (output, gradient) = (New(), New());
        Put(output, Lane(sample: 1), float.PositiveInfinity);
        faulty.Afterwards = () => Put(gradient, Lane(sample: 1), float.PositiveInfinity);
        Refuses(() => Gradient(output, New(), gradient), "inputGradient", "lane 1");
    }

    private void Gradient(Activation output, Activation outputGradient, Activation inputGradient) =>
        backend.ReluGradient(output, outputGradient, inputGradient, accumulate: false, Samples);

    private static void Refuses(Action call, params string[] parts)
    {
        var message = Assert.Throws<ArgumentException>(() => call())!.Message;
        Assert.Multiple(() =>
        {
            foreach (var part in parts)
            {
                Assert.That(message, Does.Contain(part));
            }
        });
    }

    private static long Lane(int sample) => Shape.Offset(0, 1, 0) + Shape.Lanes.Width + sample;

    private static void Put(Activation activation, long place, float value)
    {
        var values = activation.Buffer.ToArray();
        values[place] = value;
        activation.Buffer.Upload(values);
    }

    private Activation New() => New(Shape);

    private Activation New(ActivationShape shape) => new(shape, Buffer(shape.Length));

    private DeviceBuffer Buffer(long length, ElementType type = ElementType.Float32) => backend.Allocate(length, type);

    /// <summary>A backend of which one can say what each operation does wrong when it is done.</summary>
    public class Faulty : DispatchProxy
    {
        public IBackend Inner { get; set; } = null!;

        public Action? Afterwards { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var result = targetMethod!.Invoke(Inner, args);
            if (targetMethod.ReturnType == typeof(void))
            {
                Afterwards?.Invoke();
            }

            return result;
        }
    }
}
