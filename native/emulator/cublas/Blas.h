// The part of cuBLAS's interface that the emulator has: numbers are those of cublas_api.h and library_types.h.
#pragma once
#include "../driver/Native.h"
#include <set>

enum cublasStatus_t : int {
    CUBLAS_STATUS_SUCCESS = 0,
    CUBLAS_STATUS_NOT_INITIALIZED = 1,
    CUBLAS_STATUS_ALLOC_FAILED = 3,
    CUBLAS_STATUS_INVALID_VALUE = 7,
    CUBLAS_STATUS_ARCH_MISMATCH = 8,
    CUBLAS_STATUS_MAPPING_ERROR = 11,
    CUBLAS_STATUS_EXECUTION_FAILED = 13,
    CUBLAS_STATUS_INTERNAL_ERROR = 14,
    CUBLAS_STATUS_NOT_SUPPORTED = 15,
    CUBLAS_STATUS_LICENSE_ERROR = 16
};
enum cublasOperation_t : int { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1, CUBLAS_OP_C = 2 };
enum cublasPointerMode_t : int { CUBLAS_POINTER_MODE_HOST = 0, CUBLAS_POINTER_MODE_DEVICE = 1 };
enum cudaDataType : int { CUDA_R_32F = 0, CUDA_R_16F = 2, CUDA_R_8I = 3, CUDA_R_16BF = 14 };
enum cublasComputeType_t : int {
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_PEDANTIC = 69,
    CUBLAS_COMPUTE_32F_FAST_16F = 74,
    CUBLAS_COMPUTE_32F_FAST_16BF = 75,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77
};
using cublasHandle_t = struct cublasContext*;

struct cublasContext {
    CUstream stream = nullptr;
    int mathMode = 0;    // 3: TF32 for products of floats
    cublasPointerMode_t pointerMode = CUBLAS_POINTER_MODE_HOST;
    int atomicsMode = 0;
    CUdeviceptr workspace = 0;
};

namespace emulator::blas {

// The handle, if it exists.
bool isHandle(cublasHandle_t handle);
cublasStatus_t statusOf(CUresult result);

// How products round their operands before they multiply.
enum class Precision { Single, Tensor, Half, Brain };

// C = α op(A) op(B) + β C, column by column. Sums are of floats, from the first k to the last.
struct Product {
    bool transposesA, transposesB;
    int64_t m, n, k;
    const uint8_t *a, *b;
    uint8_t* c;
    int64_t lda, ldb, ldc;
    cudaDataType typeA, typeB, typeC;
    float alpha, beta;
    Precision precision;
};
void multiply(const Product& product);

int bytesOf(cudaDataType type);

}    // namespace emulator::blas
