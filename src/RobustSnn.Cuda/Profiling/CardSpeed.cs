using ManagedCuda;
using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Device;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;
using Operation = ManagedCuda.CudaBlas.Operation;

namespace RobustSnn.Cuda.Profiling;

/// <summary>What a card does at most, measured by what NVIDIA's own libraries reach on it.</summary>
/// <param name="CopiedBytes">Bytes read and written a second by a copy within the card.</param>
/// <param name="Single">Multiply-adds a second of a large square product of floats.</param>
/// <param name="Tensor">The same where floats are rounded to TF32 on their way into tensor cores.</param>
/// <param name="Half">Of halves, with sums as floats.</param>
public sealed unsafe record CardSpeed(double CopiedBytes, double Single, double Tensor, double Half)
{
    private const int Tries = 5; // of which the best counts: clocks rise under load
    private const int CallsOfTry = 5;

    /// <param name="time">How long the card takes for what is called.</param>
    /// <param name="bytes">Of the array that is copied.</param>
    /// <param name="size">Of the matrices.</param>
    /// <exception cref="BadInputException">There is no cuBLAS, or not so much memory.</exception>
    internal static CardSpeed Measure(CudaDevice device, Func<Action, TimeSpan> time, long bytes, int size)
    {
        var copied = 2 * bytes / Best(time, Copying(device, bytes, out var arrays));
        Array.ForEach(arrays, array => array.Dispose());
        var blas = Cublas.Start(device);
        try
        {
            var drawn = Draw(size);
            return new CardSpeed(
                copied,
                Multiplying(device, time, blas, drawn, size, cudaDataType.CUDA_R_32F, ComputeType.Compute32F),
                Multiplying(device, time, blas, drawn, size, cudaDataType.CUDA_R_32F, ComputeType.Compute32FFastTF32),
                Multiplying(device, time, blas, Array.ConvertAll(drawn, value => (Half)value), size, cudaDataType.CUDA_R_16F, ComputeType.Compute32F));
        }
        finally
        {
            blas.Dispose();
        }
    }

    private static Action Copying(CudaDevice device, long bytes, out CudaBuffer[] arrays)
    {
        var (source, target) = (new CudaBuffer(device, bytes, ElementType.Byte), new CudaBuffer(device, bytes, ElementType.Byte));
        arrays = [source, target];
        return () => device.Check(DriverAPINativeMethods.AsynchronousMemcpy_v2.cuMemcpyDtoDAsync_v2(
            new CUdeviceptr { Pointer = target.Address }, new CUdeviceptr { Pointer = source.Address }, bytes, device.Stream), "copy within the card");
    }

    /// <summary>Multiply-adds a second.</summary>
    private static double Multiplying<T>(
        CudaDevice device, Func<Action, TimeSpan> time, CudaBlas blas, T[] drawn, int size, cudaDataType type, ComputeType compute)
        where T : unmanaged
    {
        using var matrix = new CudaBuffer(device, (long)drawn.Length * sizeof(T), ElementType.Byte);
        using var product = new CudaBuffer(device, matrix.Length, ElementType.Byte);
        matrix.UploadAs<byte>(System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(drawn));
        var (read, written) = (new CUdeviceptr { Pointer = matrix.Address }, new CUdeviceptr { Pointer = product.Address });
        return (double)size * size * size / Best(time, () =>
        {
            var (one, zero) = (1f, 0f);
            var status = CudaBlasNativeMethods.cublasGemmEx(
                blas.CublasHandle, Operation.NonTranspose, Operation.NonTranspose, size, size, size, (IntPtr)(&one), read, type, size, read, type, size,
                (IntPtr)(&zero), written, type, size, compute, GemmAlgo.Default);
            if (status != CublasStatus.Success)
            {
                Cublas.Check(device, status, $"multiply matrices of {size} × {size} {type}");
            }
        });
    }

    /// <summary>Numbers of no pattern: a card draws less power, and keeps higher clocks, on zeros.</summary>
    private static float[] Draw(int size)
    {
        var random = new Random(0);
        var drawn = new float[size * size];
        foreach (ref var value in drawn.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        return drawn;
    }

    /// <summary>Seconds of a call.</summary>
    private static double Best(Func<Action, TimeSpan> time, Action call)
    {
        call();
        return Enumerable.Range(0, Tries).Min(_ => time(() =>
        {
            for (var i = 0; i < CallsOfTry; i++)
            {
                call();
            }
        }).TotalSeconds) / CallsOfTry;
    }
}
