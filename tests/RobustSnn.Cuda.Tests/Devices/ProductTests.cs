using ManagedCuda;
using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;
using ManagedCuda.CudaSparse;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>Products of cuBLAS and cuSPARSE, against plain loops. Numbers are small whole ones, so that the results are exact.</summary>
public sealed class ProductTests : DeviceFixture
{
    private const int Rows = 5;
    private const int Columns = 7;
    private const int Inner = 4;
    private const cusparseOperation Plain = cusparseOperation.NonTranspose;

    [Test]
    public void A_dense_product_is_exact()
    {
        DeviceSetUp.Require(NvidiaLibrary.Blas);
        var (a, b) = (Numbers(Rows * Inner), Numbers(Inner * Columns));
        var expected = new float[Rows * Columns]; // column by column, as all three
        for (var (i, end) = (0, expected.Length); i < end; i++)
        {
            expected[i] = Enumerable.Range(0, Inner).Sum(k => a[(i % Rows) + (k * Rows)] * b[k + (i / Rows * Inner)]) * 2;
        }

        using var stream = new CudaStream(CUStreamFlags.NonBlocking);
        var (x, y, z) = (Put(a), Put(b), Take<float>(expected.Length));
        var blas = new CudaBlas(stream.Stream);
        try
        {
            var (alpha, beta, version) = (2f, 0f, 0);
            Assert.That(CudaBlasNativeMethods.cublasGetVersion_v2(blas.CublasHandle, ref version), Is.EqualTo(CublasStatus.Success));
            Assert.That(version, Is.GreaterThanOrEqualTo(120_000));
            Assert.That(blas.PointerMode, Is.EqualTo(PointerMode.Host));
            Assert.That(CudaBlasNativeMethods.cublasSgemm_v2(blas.CublasHandle, Operation.NonTranspose, Operation.NonTranspose, Rows, Columns, Inner,
                ref alpha, x, Rows, y, Inner, ref beta, z, Rows), Is.EqualTo(CublasStatus.Success));
        }
        finally
        {
            blas.Dispose();
        }

        AssertIs(expected, z, stream);
    }

    [Test]
    public void A_dense_product_that_cannot_be_is_refused()
    {
        DeviceSetUp.Require(NvidiaLibrary.Blas);
        var blas = new CudaBlas();
        var (alpha, beta) = (1f, 0f);
        var status = CudaBlasNativeMethods.cublasSgemm_v2(
            blas.CublasHandle, Operation.NonTranspose, Operation.NonTranspose, -1, 1, 1, ref alpha, default, 1, default, 1, ref beta, default, 1);
        blas.Dispose();
        Assert.That(status, Is.EqualTo(CublasStatus.InvalidValue));
    }

    [Test]
    public unsafe void A_sparse_product_is_exact()
    {
        DeviceSetUp.Require(NvidiaLibrary.Sparse);
        int[] offsets = [0, 2, 2, 3, 5, 6], columns = [0, 3, 1, 0, 2, 3];
        float[] weights = [1, -2, 3, 4, -5, 6];
        var dense = Numbers(Inner * Columns); // row by row
        var expected = new float[Rows * Columns];
        for (var row = 0; row < Rows; row++)
        {
            for (var i = offsets[row]; i < offsets[row + 1]; i++)
            {
                for (var column = 0; column < Columns; column++)
                {
                    expected[(row * Columns) + column] += weights[i] * dense[(columns[i] * Columns) + column];
                }
            }
        }

        using var stream = new CudaStream(CUStreamFlags.NonBlocking);
        var (o, c, w, x, z) = (Put(offsets), Put(columns), Put(weights), Put(dense), Take<float>(expected.Length));
        using (var sparse = new CudaSparseContext(stream.Stream))
        {
            var (a, b, y, bytes) = (default(cusparseSpMatDescr), default(cusparseDnMatDescr), default(cusparseDnMatDescr), default(SizeT));
            Check(CudaSparseNativeMethods.cusparseCreateCsr(ref a, Rows, Inner, weights.Length, o, c, w,
                IndexType.Index32I, IndexType.Index32I, IndexBase.Zero, cudaDataType.CUDA_R_32F));
            Check(CudaSparseNativeMethods.cusparseCreateDnMat(ref b, Inner, Columns, Columns, x, cudaDataType.CUDA_R_32F, Order.Row));
            Check(CudaSparseNativeMethods.cusparseCreateDnMat(ref y, Rows, Columns, Columns, z, cudaDataType.CUDA_R_32F, Order.Row));
            var (alpha, beta) = (1f, 0f);
            var (one, zero) = ((IntPtr)(&alpha), (IntPtr)(&beta));
            Check(CudaSparseNativeMethods.cusparseSpMM_bufferSize(sparse.Handle, Plain, Plain, one, a, b, zero, y,
                cudaDataType.CUDA_R_32F, SpMMAlg.CUSPARSE_SPMM_CSR_ALG2, ref bytes));
            var buffer = Take<byte>((int)bytes + 1);
            Check(CudaSparseNativeMethods.cusparseSpMM_preprocess(sparse.Handle, Plain, Plain, one, a, b, zero, y,
                cudaDataType.CUDA_R_32F, SpMMAlg.CUSPARSE_SPMM_CSR_ALG2, buffer));
            Check(CudaSparseNativeMethods.cusparseSpMM(sparse.Handle, Plain, Plain, one, a, b, zero, y,
                cudaDataType.CUDA_R_32F, SpMMAlg.CUSPARSE_SPMM_CSR_ALG2, buffer));
            AssertIs(expected, z, stream);
            Check(CudaSparseNativeMethods.cusparseDestroySpMat(a));
            Check(CudaSparseNativeMethods.cusparseDestroyDnMat(b));
            Check(CudaSparseNativeMethods.cusparseDestroyDnMat(y));
        }
    }

    private void AssertIs(float[] expected, CUdeviceptr there, CudaStream stream)
    {
        stream.Synchronize();
        Assert.That(Get<float>(there, expected.Length), Is.EqualTo(expected));
    }

    private static void Check(cusparseStatus status) => Assert.That(status, Is.EqualTo(cusparseStatus.Success));
}
