// The part of cuSPARSE's interface that the emulator has: numbers are those of cusparse.h and library_types.h.
#pragma once
#include "../driver/Native.h"

enum cusparseStatus_t : int {
    CUSPARSE_STATUS_SUCCESS = 0,
    CUSPARSE_STATUS_NOT_INITIALIZED = 1,
    CUSPARSE_STATUS_ALLOC_FAILED = 2,
    CUSPARSE_STATUS_INVALID_VALUE = 3,
    CUSPARSE_STATUS_ARCH_MISMATCH = 4,
    CUSPARSE_STATUS_MAPPING_ERROR = 5,
    CUSPARSE_STATUS_EXECUTION_FAILED = 6,
    CUSPARSE_STATUS_INTERNAL_ERROR = 7,
    CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED = 8,
    CUSPARSE_STATUS_ZERO_PIVOT = 9,
    CUSPARSE_STATUS_NOT_SUPPORTED = 10,
    CUSPARSE_STATUS_INSUFFICIENT_RESOURCES = 11
};
enum cusparseOperation_t : int {
    CUSPARSE_OPERATION_NON_TRANSPOSE = 0,
    CUSPARSE_OPERATION_TRANSPOSE = 1,
    CUSPARSE_OPERATION_CONJUGATE_TRANSPOSE = 2
};
enum cusparseIndexType_t : int { CUSPARSE_INDEX_32I = 2, CUSPARSE_INDEX_64I = 3 };
enum cusparseOrder_t : int { CUSPARSE_ORDER_COL = 1, CUSPARSE_ORDER_ROW = 2 };
enum cusparsePointerMode_t : int { CUSPARSE_POINTER_MODE_HOST = 0, CUSPARSE_POINTER_MODE_DEVICE = 1 };
enum cusparseSpMMAlg_t : int {
    CUSPARSE_SPMM_ALG_DEFAULT = 0,
    CUSPARSE_SPMM_CSR_ALG1 = 4,
    CUSPARSE_SPMM_CSR_ALG2 = 6,
    CUSPARSE_SPMM_CSR_ALG3 = 12
};
enum cudaDataType : int { CUDA_R_32F = 0, CUDA_R_16F = 2, CUDA_R_16BF = 14 };

struct cusparseContext {
    CUstream stream = nullptr;
    cusparsePointerMode_t pointerMode = CUSPARSE_POINTER_MODE_HOST;
};
// A matrix in compressed rows, in the card's memory.
struct cusparseSpMatDescr {
    int64_t rows, columns, count;
    CUdeviceptr offsets, indices, values;
    cusparseIndexType_t offsetType, indexType;
    int base;
    cudaDataType type;
    int batch = 1;
    int64_t offsetStride = 0, valueStride = 0;
};
struct cusparseDnMatDescr {
    int64_t rows, columns, leading;
    CUdeviceptr values;
    cudaDataType type;
    cusparseOrder_t order;
    int batch = 1;
    int64_t stride = 0;
};
using cusparseHandle_t = cusparseContext*;
using cusparseSpMatDescr_t = cusparseSpMatDescr*;
using cusparseDnMatDescr_t = cusparseDnMatDescr*;

namespace emulator::sparse {

bool isHandle(const cusparseContext* handle);
bool isMatrix(const void* descriptor);
cusparseStatus_t statusOf(CUresult result);

}    // namespace emulator::sparse
