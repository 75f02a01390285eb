using System.Linq.Expressions;
using System.Reflection;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract;

/// <summary>A backend that keeps the last call of an operation, so that it can be called again and again.</summary>
public class RecordingBackend : DispatchProxy
{
    private IBackend inner = null!;
    private string operation = "";
    private MethodInfo? method;
    private object?[] arguments = [];

    /// <summary>Passes every call on.</summary>
    /// <param name="operation">The name of what is kept.</param>
    public static (IBackend Backend, RecordingBackend Recording) Around(IBackend inner, string operation)
    {
        var backend = Create<IBackend, RecordingBackend>();
        var recording = (RecordingBackend)(object)backend;
        (recording.inner, recording.operation) = (inner, operation);
        return (backend, recording);
    }

    /// <summary>The call, compiled: as fast as if it stood in a program.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public Action Again()
    {
        var call = method ?? throw new InvalidOperationException($"{operation} was not called");
        return Expression.Lambda<Action>(Expression.Call(Expression.Constant(inner), call,
            call.GetParameters().Select((parameter, i) => Expression.Constant(arguments[i], parameter.ParameterType)))).Compile();
    }

    /// <summary>Multiplications with existing weights that the call does, 0 where it does none; those with a border's zeros count.</summary>
    public double MultiplyAdds
    {
        get
        {
            var lanes = Values.Select(value => (double)value.Shape.Lanes.Steps * Samples(value)).DefaultIfEmpty().Max();
            return arguments.OfType<Connection>().Sum(connection =>
                (double)connection.Weights.Length * connection.Geometry.OutputRows * connection.Geometry.OutputColumns * lanes);
        }
    }

    /// <summary>Bytes of the operands, each once.</summary>
    public double Bytes => arguments.Select(argument => argument switch
    {
        Activation activation => activation.Buffer,
        Connection connection => connection.Weights,
        Normalisation normalisation => normalisation.Scale,
        _ => argument as DeviceBuffer,
    }).OfType<DeviceBuffer>().Distinct().Sum(buffer => (double)buffer.Bytes);

    /// <summary>Values, or neurons at a timestep, of the largest operand.</summary>
    public double Largest => Values.Select(value => (double)value.Shape.Count * value.Shape.Lanes.Steps * Samples(value))
        .Concat(arguments.OfType<DeviceBuffer>().Select(buffer => (double)buffer.Length)).DefaultIfEmpty().Max();

    private IEnumerable<Activation> Values => arguments.OfType<Activation>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == operation)
        {
            (method, arguments) = (targetMethod, args!);
        }

        try
        {
            return targetMethod.Invoke(inner, args);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } cause)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>Samples in use, which the operation is told where it works on some only.</summary>
    private int Samples(Activation value)
    {
        var place = Array.FindIndex(method!.GetParameters(), parameter => parameter.Name == "samples");
        return place < 0 ? value.Shape.Lanes.Batch : (int)arguments[place]!;
    }
}
