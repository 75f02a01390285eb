// cuBLAS, cuSPARSE and NVML.
#include "../device/half.h"
#include "Blas.h"
#include <array>
#include <cmath>
#include <random>

using check::Card;
using namespace emulator;

namespace {

std::vector<float> drawn(size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> values(count);
    for (float& value : values) value = (float)(int)(random() % 2001 - 1000) / 256;
    return values;
}

// C = α op(A) op(B) + β C in double, column by column.
std::vector<double> product(bool tA, bool tB, int m, int n, int k, float alpha, const std::vector<float>& a, int lda,
                            const std::vector<float>& b, int ldb, float beta, const std::vector<float>& c, int ldc) {
    std::vector<double> result(c.begin(), c.end());
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            double sum = 0;
            for (int p = 0; p < k; p++) sum += (double)a[tA ? i * lda + p : p * lda + i] * b[tB ? p * ldb + j : j * ldb + p];
            result[j * ldc + i] = alpha * sum + (beta == 0 ? 0 : beta * (double)c[j * ldc + i]);
        }
    }
    return result;
}

void nearlyEqual(const std::vector<double>& expected, const std::vector<float>& found, double tolerance) {
    EQUAL(expected.size(), found.size());
    for (size_t i = 0; i < found.size(); i++) {
        if (!(std::abs(expected[i] - found[i]) <= tolerance * (1 + std::abs(expected[i])))) EQUAL(expected[i], (double)found[i]);
    }
}

struct Blas {
    void* handle;
    Blas() { EQUAL(0, cublasCreate_v2(&handle)); }
    ~Blas() { cublasDestroy_v2(handle); }
};

}    // namespace

CASE("cuBLAS multiplies in every form, and leaves what lies between columns") {
    Card card;
    Blas blas;
    for (auto [m, n, k] : {std::array{1, 1, 1}, {17, 5, 3}, {33, 14, 40}, {64, 48, 100}, {5, 70, 0}}) {
        for (int form = 0; form < 8; form++) {
            bool tA = form & 1, tB = form & 2;
            float alpha = 0.5f, beta = form & 4 ? -2.0f : 0.0f;
            int lda = (tA ? k : m) + 3, ldb = (tB ? n : k) + 2, ldc = m + 1;
            auto a = drawn((size_t)lda * (tA ? m : k) + 1, 1), b = drawn((size_t)ldb * (tB ? k : n) + 1, 2), c = drawn((size_t)ldc * n, 3);
            CUdeviceptr onA = card.upload(a), onB = card.upload(b), onC = card.upload(c);
            EQUAL(0, cublasSgemm_v2(blas.handle, tA, tB, m, n, k, &alpha, onA, lda, onB, ldb, &beta, onC, ldc));
            nearlyEqual(product(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc), card.download<float>(onC, c.size()), 2e-5);
        }
    }
}

CASE("cuBLAS does not read C where β is zero, and refuses what does not fit") {
    Card card;
    Blas blas;
    float one = 1, zero = 0;
    CUdeviceptr a = card.upload(drawn(16, 1)), b = card.upload(drawn(16, 2)), c = card.allocate(64);
    EQUAL(0, cublasSgemm_v2(blas.handle, 0, 0, 4, 4, 4, &one, a, 4, b, 4, &zero, c, 4));
    for (float value : card.download<float>(c, 16)) THAT(value == value);
    EQUAL(7, cublasSgemm_v2(blas.handle, 0, 0, 4, 4, 4, &one, a, 3, b, 4, &zero, c, 4));
    EQUAL(7, cublasSgemm_v2(blas.handle, 0, 0, -1, 4, 4, &one, a, 4, b, 4, &zero, c, 4));
    EQUAL(0, cublasSgemm_v2(blas.handle, 0, 0, 4, 4, 5, &one, a, 4, b, 5, &zero, c, 4));
    EQUAL(CUDA_ERROR_ILLEGAL_ADDRESS, cuCtxSynchronize());
    CONTAINS(rsnn_emulator_last_error(), "past the end");
}

CASE("cuBLAS multiplies halves, rounds to TF32 where it is told to, and takes arrays of addresses") {
    Card card;
    Blas blas;
    int m = 20, n = 9, k = 31;
    float one = 1, zero = 0;
    auto a = drawn((size_t)m * k, 4), b = drawn((size_t)k * n, 5);
    std::vector<uint16_t> halfA, halfB;
    for (float value : a) halfA.push_back(toHalf(value));
    for (float value : b) halfB.push_back(toHalf(value));
    std::vector<float> c((size_t)m * n * 3);
    CUdeviceptr onA = card.upload(halfA), onB = card.upload(halfB), onC = card.upload(c);
    EQUAL(0, cublasGemmEx(blas.handle, 0, 0, m, n, k, &one, onA, 2, m, onB, 2, k, &zero, onC, 0, m, 68, -1));
    auto exact = product(false, false, m, n, k, 1, a, m, b, k, 0, std::vector<float>((size_t)m * n), m);
    nearlyEqual(exact, card.download<float>(onC, (size_t)m * n), 1e-2);

    std::vector<float> odd = a;
    for (float& value : odd) value *= 1.0001f;
    CUdeviceptr floatA = card.upload(odd), floatB = card.upload(b);
    EQUAL(0, cublasGemmEx(blas.handle, 0, 0, m, n, k, &one, floatA, 0, m, floatB, 0, k, &zero, onC, 0, m, 77, -1));
    for (float& value : odd) value = bits<float>(toTensor(value, Rounding::Away));
    nearlyEqual(product(false, false, m, n, k, 1, odd, m, b, k, 0, std::vector<float>((size_t)m * n), m),
                card.download<float>(onC, (size_t)m * n), 1e-5);

    CUdeviceptr plainA = card.upload(a);
    std::vector<CUdeviceptr> listA(3, plainA), listB(3, floatB), listC = {onC, onC + m * n * 4u, onC + m * n * 8u};
    CUdeviceptr onListA = card.upload(listA), onListB = card.upload(listB), onListC = card.upload(listC);
    EQUAL(0, cublasSgemmBatched(blas.handle, 0, 0, m, n, k, &one, onListA, m, onListB, k, &zero, onListC, m, 3));
    auto found = card.download<float>(onC, c.size());
    for (int i = 0; i < 3; i++) nearlyEqual(exact, {found.begin() + i * m * n, found.begin() + (i + 1) * m * n}, 2e-5);

    EQUAL(0, cublasGemmStridedBatchedEx(blas.handle, 0, 0, m, n, k, &one, plainA, 0, m, 0, floatB, 0, k, 0, &zero, onC, 0, m, m * n, 3, 68,
                                        -1));
    found = card.download<float>(onC, c.size());
    for (int i = 0; i < 3; i++) nearlyEqual(exact, {found.begin() + i * m * n, found.begin() + (i + 1) * m * n}, 2e-5);
    EQUAL(15, cublasGemmEx(blas.handle, 0, 0, m, n, k, &one, onA, 2, m, floatB, 0, k, &zero, onC, 0, m, 68, -1));
}

CASE("cuBLAS works in its stream, also captured, with scalars of the card") {
    Card card;
    Blas blas;
    CUstream stream;
    OK(cuStreamCreate(&stream, 1));
    EQUAL(0, cublasSetStream_v2(blas.handle, stream));
    EQUAL(0, cublasSetPointerMode_v2(blas.handle, 1));
    auto a = drawn(36, 6), b = drawn(36, 7), c = drawn(36, 8);
    CUdeviceptr onA = card.upload(a), onB = card.upload(b), onC = card.upload(c), scalars = card.upload(std::vector<float>{2, 1});
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
    EQUAL(0, cublasSgemm_v2(blas.handle, 0, 0, 6, 6, 6, (float*)scalars, onA, 6, onB, 6, (float*)(scalars + 4), onC, 6));
    CUgraph graph;
    CUgraphExec executable;
    OK(cuStreamEndCapture(stream, &graph));
    OK(cuGraphInstantiateWithFlags(&executable, graph, 0));
    auto expected = std::vector<double>(c.begin(), c.end());
    for (int i = 0; i < 2; i++) {
        OK(cuGraphLaunch(executable, stream));
        std::vector<float> before(expected.begin(), expected.end());
        expected = product(false, false, 6, 6, 6, 2, a, 6, b, 6, 1, before, 6);
    }
    OK(cuStreamSynchronize(stream));
    nearlyEqual(expected, card.download<float>(onC, 36), 1e-4);
}

CASE("cuSPARSE multiplies in either order of B and C, transposed and in batches") {
    Card card;
    void* handle;
    EQUAL(0, cusparseCreate(&handle));
    const int rows = 6, columns = 5;
    std::vector<float> dense = {0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9};
    std::vector<int> offsets = {0}, indices;
    std::vector<float> values;
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
            if (dense[i * columns + j] != 0) indices.push_back(j), values.push_back(dense[i * columns + j]);
        }
        offsets.push_back((int)indices.size());
    }
    CUdeviceptr onOffsets = card.upload(offsets), onIndices = card.upload(indices), onValues = card.upload(values);
    void* a;
    EQUAL(0, cusparseCreateCsr(&a, rows, columns, (int64_t)values.size(), onOffsets, onIndices, onValues, 2, 2, 0, 0));
    for (int form = 0; form < 16; form++) {
        bool tA = form & 1, tB = form & 2, isRowB = form & 4, isRowC = form & 8;
        int m = tA ? columns : rows, k = tA ? rows : columns, n = 4;
        int rowsB = tB ? n : k, columnsB = tB ? k : n, ldb = (isRowB ? columnsB : rowsB) + 1, ldc = (isRowC ? n : m) + 2;
        int strideB = ldb * (isRowB ? rowsB : columnsB), strideC = ldc * (isRowC ? m : n);
        auto b = drawn((size_t)strideB * 2, 9), c = drawn((size_t)strideC * 2, 10);
        CUdeviceptr onB = card.upload(b), onC = card.upload(c);
        void *descriptorB, *descriptorC;
        EQUAL(0, cusparseCreateDnMat(&descriptorB, rowsB, columnsB, ldb, onB, 0, isRowB ? 2 : 1));
        EQUAL(0, cusparseCreateDnMat(&descriptorC, m, n, ldc, onC, 0, isRowC ? 2 : 1));
        EQUAL(0, cusparseDnMatSetStridedBatch(descriptorB, 2, strideB));
        EQUAL(0, cusparseDnMatSetStridedBatch(descriptorC, 2, strideC));
        float alpha = 2, beta = -1;
        size_t bytes = 0;
        EQUAL(0, cusparseSpMM_bufferSize(handle, tA, tB, &alpha, a, descriptorB, &beta, descriptorC, 0, 0, &bytes));
        CUdeviceptr buffer = card.allocate(bytes);
        EQUAL(0, cusparseSpMM(handle, tA, tB, &alpha, a, descriptorB, &beta, descriptorC, 0, 0, buffer));
        auto found = card.download<float>(onC, c.size());
        for (int batch = 0; batch < 2; batch++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        int row = tB ? j : p, column = tB ? p : j;
                        sum += (double)dense[tA ? p * columns + i : i * columns + p]
                               * b[batch * strideB + (isRowB ? row * ldb + column : column * ldb + row)];
                    }
                    int place = batch * strideC + (isRowC ? i * ldc + j : j * ldc + i);
                    nearlyEqual({2 * sum - (double)c[place]}, {found[place]}, 1e-5);
                }
            }
        }
        cusparseDestroyDnMat(descriptorB);
        cusparseDestroyDnMat(descriptorC);
    }
    cusparseDestroySpMat(a);
    cusparseDestroy(handle);
}

CASE("NVML tells of an energy that grows, under the emulator's name") {
    void* device;
    EQUAL(1, nvmlDeviceGetHandleByIndex_v2(0, &device));
    EQUAL(0, nvmlInit_v2());
    EQUAL(0, nvmlDeviceGetHandleByUUID("GPU-52534e4e-2d6e-6f2d-6361-72642d656d75", &device));
    EQUAL(0, nvmlDeviceGetHandleByIndex_v2(0, &device));
    char name[64];
    EQUAL(0, nvmlDeviceGetName(device, name, sizeof name));
    CONTAINS(std::string(name), "emulator");
    unsigned long long first, second;
    EQUAL(0, nvmlDeviceGetTotalEnergyConsumption(device, &first));
    do EQUAL(0, nvmlDeviceGetTotalEnergyConsumption(device, &second));
    while (second == first);
    THAT(second > first);
    EQUAL(0, nvmlShutdown());
}
