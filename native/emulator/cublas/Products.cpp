// The family of gemm: one product, products at strides, and products whose operands an array in the card's memory names.
#include "Blas.h"
#include "../device/memory.h"
#include <algorithm>
#include <string>

using namespace emulator;
using namespace emulator::blas;

namespace {

struct Operand {
    CUdeviceptr address;
    cudaDataType type;
    int64_t leading, stride;
};

struct Call {
    const char* name;
    cublasOperation_t opA, opB;
    int64_t m, n, k;
    Operand a, b, c;
    int64_t batch = 1;
    bool isNamedByArrays = false;    // addresses are those of arrays of addresses
    Precision precision = Precision::Single;
};

bool isOperation(cublasOperation_t op) { return op >= CUBLAS_OP_N && op <= CUBLAS_OP_C; }

// A column-major matrix of rows × columns in the card's memory.
uint8_t* matrix(NativeTurn& turn, const Operand& operand, CUdeviceptr address, int64_t rows, int64_t columns, bool writes) {
    int bytes = bytesOf(operand.type);
    return turn.use(address, (uint64_t)rows * bytes, writes, (uint64_t)operand.leading * bytes, columns);
}

float scalar(NativeTurn& turn, CUdeviceptr address, bool& isRead) {
    uint8_t* at = turn.use(address, 4, false);
    isRead &= at != nullptr;
    return at ? load<float>(at) : 0;
}

CUdeviceptr addressOf(NativeTurn& turn, const Call& call, const Operand& operand, int64_t index) {
    if (!call.isNamedByArrays) return operand.address + (uint64_t)(index * operand.stride) * bytesOf(operand.type);
    uint8_t* at = turn.use(operand.address + 8 * index, 8, false);
    return at ? load<uint64_t>(at) : 0;
}

void run(NativeTurn& turn, const Call& call, float alpha, float beta) {
    bool transposesA = call.opA != CUBLAS_OP_N, transposesB = call.opB != CUBLAS_OP_N;
    for (int64_t index = 0; index < call.batch; index++) {
        Product product{transposesA, transposesB, call.m,         call.n,         call.k,         nullptr,
                        nullptr,     nullptr,     call.a.leading, call.b.leading, call.c.leading, call.a.type,
                        call.b.type, call.c.type, alpha,          beta,           call.precision};
        if (call.k > 0 && alpha != 0) {
            product.a = matrix(turn, call.a, addressOf(turn, call, call.a, index), transposesA ? call.k : call.m,
                               transposesA ? call.m : call.k, false);
            if (!product.a) return;
            product.b = matrix(turn, call.b, addressOf(turn, call, call.b, index), transposesB ? call.n : call.k,
                               transposesB ? call.k : call.n, false);
            if (!product.b) return;
        }
        CUdeviceptr c = addressOf(turn, call, call.c, index);
        if (beta != 0 && !matrix(turn, call.c, c, call.m, call.n, false)) return;
        product.c = matrix(turn, call.c, c, call.m, call.n, true);
        if (!product.c) return;
        multiply(product);
    }
}

bool isTypeKnown(const Call& call) {
    cudaDataType a = call.a.type, b = call.b.type, c = call.c.type;
    if (a != b) return false;
    if (call.precision != Precision::Single) return a == CUDA_R_32F && c == CUDA_R_32F;
    return c == CUDA_R_32F ? a == CUDA_R_32F || a == CUDA_R_16F || a == CUDA_R_16BF || a == CUDA_R_8I
                           : a == c && (a == CUDA_R_16F || a == CUDA_R_16BF);
}

cublasStatus_t submit(cublasHandle_t handle, const Call& call, const void* alpha, const void* beta) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!isOperation(call.opA) || !isOperation(call.opB) || call.m < 0 || call.n < 0 || call.k < 0 || call.batch < 0 || !alpha || !beta) {
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    int64_t rowsA = call.opA == CUBLAS_OP_N ? call.m : call.k, rowsB = call.opB == CUBLAS_OP_N ? call.k : call.n;
    bool fits = call.a.leading >= std::max<int64_t>(1, rowsA) && call.b.leading >= std::max<int64_t>(1, rowsB)
                && call.c.leading >= std::max<int64_t>(1, call.m);
    if (!fits) return CUBLAS_STATUS_INVALID_VALUE;
    if (!isTypeKnown(call)) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (call.m == 0 || call.n == 0 || call.batch == 0) return CUBLAS_STATUS_SUCCESS;
    // Scalars of the host are read now, those of the card when the product is computed.
    if (handle->pointerMode == CUBLAS_POINTER_MODE_HOST) {
        float a = *static_cast<const float*>(alpha), b = *static_cast<const float*>(beta);
        return statusOf(submitNative(handle->stream, call.name, [call, a, b](NativeTurn& turn) { run(turn, call, a, b); }));
    }
    auto addressA = reinterpret_cast<CUdeviceptr>(alpha), addressB = reinterpret_cast<CUdeviceptr>(beta);
    return statusOf(submitNative(handle->stream, call.name, [call, addressA, addressB](NativeTurn& turn) {
        bool isRead = true;
        float a = scalar(turn, addressA, isRead), b = scalar(turn, addressB, isRead);
        if (isRead) run(turn, call, a, b);
    }));
}

// Of products of floats whose call does not say it.
Precision precisionOf(cublasHandle_t handle) {
    return isHandle(handle) && (handle->mathMode & 15) == 3 ? Precision::Tensor : Precision::Single;
}

// Says whether the emulator computes so.
bool precisionOf(cublasHandle_t handle, cublasComputeType_t compute, cudaDataType type, Precision& precision) {
    switch (compute) {
        case CUBLAS_COMPUTE_32F: precision = type == CUDA_R_32F ? precisionOf(handle) : Precision::Single; return true;
        case CUBLAS_COMPUTE_32F_PEDANTIC: precision = Precision::Single; return true;
        case CUBLAS_COMPUTE_32F_FAST_16F: precision = Precision::Half; return true;
        case CUBLAS_COMPUTE_32F_FAST_16BF: precision = Precision::Brain; return true;
        case CUBLAS_COMPUTE_32F_FAST_TF32: precision = Precision::Tensor; return true;
    }
    return false;
}

}    // namespace

EMULATOR_EXPORT cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k,
                                              const float* alpha, CUdeviceptr a, int lda, CUdeviceptr b, int ldb, const float* beta,
                                              CUdeviceptr c, int ldc) {
    return submit(handle,
                  {"cublasSgemm",
                   opA,
                   opB,
                   m,
                   n,
                   k,
                   {a, CUDA_R_32F, lda, 0},
                   {b, CUDA_R_32F, ldb, 0},
                   {c, CUDA_R_32F, ldc, 0},
                   1,
                   false,
                   precisionOf(handle)},
                  alpha, beta);
}

EMULATOR_EXPORT cublasStatus_t cublasSgemmStridedBatched(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n,
                                                         int k, const float* alpha, CUdeviceptr a, int lda, long long strideA,
                                                         CUdeviceptr b, int ldb, long long strideB, const float* beta, CUdeviceptr c,
                                                         int ldc, long long strideC, int batch) {
    return submit(handle,
                  {"cublasSgemmStridedBatched",
                   opA,
                   opB,
                   m,
                   n,
                   k,
                   {a, CUDA_R_32F, lda, strideA},
                   {b, CUDA_R_32F, ldb, strideB},
                   {c, CUDA_R_32F, ldc, strideC},
                   batch,
                   false,
                   precisionOf(handle)},
                  alpha, beta);
}

EMULATOR_EXPORT cublasStatus_t cublasSgemmBatched(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k,
                                                  const float* alpha, CUdeviceptr a, int lda, CUdeviceptr b, int ldb, const float* beta,
                                                  CUdeviceptr c, int ldc, int batch) {
    return submit(handle,
                  {"cublasSgemmBatched",
                   opA,
                   opB,
                   m,
                   n,
                   k,
                   {a, CUDA_R_32F, lda, 0},
                   {b, CUDA_R_32F, ldb, 0},
                   {c, CUDA_R_32F, ldc, 0},
                   batch,
                   true,
                   precisionOf(handle)},
                  alpha, beta);
}

EMULATOR_EXPORT cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k,
                                            const void* alpha, CUdeviceptr a, cudaDataType typeA, int lda, CUdeviceptr b,
                                            cudaDataType typeB, int ldb, const void* beta, CUdeviceptr c, cudaDataType typeC, int ldc,
                                            cublasComputeType_t compute, int) {
    Precision precision;
    if (!precisionOf(handle, compute, typeA, precision)) return CUBLAS_STATUS_NOT_SUPPORTED;
    return submit(handle,
                  {"cublasGemmEx", opA, opB, m, n, k, {a, typeA, lda, 0}, {b, typeB, ldb, 0}, {c, typeC, ldc, 0}, 1, false, precision},
                  alpha, beta);
}

EMULATOR_EXPORT cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n,
                                                          int k, const void* alpha, CUdeviceptr a, cudaDataType typeA, int lda,
                                                          long long strideA, CUdeviceptr b, cudaDataType typeB, int ldb, long long strideB,
                                                          const void* beta, CUdeviceptr c, cudaDataType typeC, int ldc, long long strideC,
                                                          int batch, cublasComputeType_t compute, int) {
    Precision precision;
    if (!precisionOf(handle, compute, typeA, precision)) return CUBLAS_STATUS_NOT_SUPPORTED;
    return submit(handle,
                  {"cublasGemmStridedBatchedEx",
                   opA,
                   opB,
                   m,
                   n,
                   k,
                   {a, typeA, lda, strideA},
                   {b, typeB, ldb, strideB},
                   {c, typeC, ldc, strideC},
                   batch,
                   false,
                   precision},
                  alpha, beta);
}

EMULATOR_EXPORT cublasStatus_t cublasGemmBatchedEx(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k,
                                                   const void* alpha, CUdeviceptr a, cudaDataType typeA, int lda, CUdeviceptr b,
                                                   cudaDataType typeB, int ldb, const void* beta, CUdeviceptr c, cudaDataType typeC,
                                                   int ldc, int batch, cublasComputeType_t compute, int) {
    Precision precision;
    if (!precisionOf(handle, compute, typeA, precision)) return CUBLAS_STATUS_NOT_SUPPORTED;
    return submit(
        handle,
        {"cublasGemmBatchedEx", opA, opB, m, n, k, {a, typeA, lda, 0}, {b, typeB, ldb, 0}, {c, typeC, ldc, 0}, batch, true, precision},
        alpha, beta);
}
