// Handles and descriptions of matrices.
#include "Sparse.h"
#include <algorithm>
#include <mutex>
#include <set>

namespace emulator::sparse {
namespace {

std::mutex lock;
std::set<const void*>& handles() {
    static auto& all = *new std::set<const void*>;
    return all;
}
std::set<const void*>& matrices() {
    static auto& all = *new std::set<const void*>;
    return all;
}

bool isType(cudaDataType type) { return type == CUDA_R_32F || type == CUDA_R_16F || type == CUDA_R_16BF; }
bool isIndex(cusparseIndexType_t type) { return type == CUSPARSE_INDEX_32I || type == CUSPARSE_INDEX_64I; }

template <class T>
cusparseStatus_t add(T** result, T made) {
    *result = new T(made);
    std::lock_guard guard(lock);
    matrices().insert(*result);
    return CUSPARSE_STATUS_SUCCESS;
}

template <class T>
cusparseStatus_t remove(const T* matrix) {
    if (!matrix) return CUSPARSE_STATUS_SUCCESS;
    std::lock_guard guard(lock);
    if (matrices().erase(matrix) == 0) return CUSPARSE_STATUS_INVALID_VALUE;
    delete matrix;
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t createCsr(cusparseSpMatDescr_t* matrix, int64_t rows, int64_t columns, int64_t count, CUdeviceptr offsets,
                           CUdeviceptr indices, CUdeviceptr values, cusparseIndexType_t offsetType, cusparseIndexType_t indexType, int base,
                           cudaDataType type) {
    bool isValid = matrix && rows >= 0 && columns >= 0 && count >= 0 && count <= rows * columns && offsets
                   && (count == 0 || (indices && values)) && isIndex(offsetType) && isIndex(indexType) && (base == 0 || base == 1);
    if (!isValid) return CUSPARSE_STATUS_INVALID_VALUE;
    if (!isType(type)) return CUSPARSE_STATUS_NOT_SUPPORTED;
    return add(matrix, {rows, columns, count, offsets, indices, values, offsetType, indexType, base, type});
}

cusparseStatus_t createDense(cusparseDnMatDescr_t* matrix, int64_t rows, int64_t columns, int64_t leading, CUdeviceptr values,
                             cudaDataType type, cusparseOrder_t order) {
    bool isOrder = order == CUSPARSE_ORDER_COL || order == CUSPARSE_ORDER_ROW;
    int64_t least = order == CUSPARSE_ORDER_COL ? rows : columns;
    if (!matrix || rows < 0 || columns < 0 || !isOrder || leading < std::max<int64_t>(least, 1) || !values)
        return CUSPARSE_STATUS_INVALID_VALUE;
    if (!isType(type)) return CUSPARSE_STATUS_NOT_SUPPORTED;
    return add(matrix, {rows, columns, leading, values, type, order});
}

}    // namespace

bool isHandle(const cusparseContext* handle) {
    std::lock_guard guard(lock);
    return handles().contains(handle);
}

bool isMatrix(const void* descriptor) {
    std::lock_guard guard(lock);
    return matrices().contains(descriptor);
}

cusparseStatus_t statusOf(CUresult result) {
    switch (result) {
        case CUDA_SUCCESS: return CUSPARSE_STATUS_SUCCESS;
        case CUDA_ERROR_INVALID_VALUE:
        case CUDA_ERROR_INVALID_HANDLE: return CUSPARSE_STATUS_INVALID_VALUE;
        case CUDA_ERROR_NOT_INITIALIZED:
        case CUDA_ERROR_INVALID_CONTEXT:
        case CUDA_ERROR_CONTEXT_IS_DESTROYED: return CUSPARSE_STATUS_NOT_INITIALIZED;
        case CUDA_ERROR_OUT_OF_MEMORY: return CUSPARSE_STATUS_ALLOC_FAILED;
        default: return CUSPARSE_STATUS_EXECUTION_FAILED;
    }
}

}    // namespace emulator::sparse

using namespace emulator::sparse;

EMULATOR_EXPORT cusparseStatus_t cusparseCreate(cusparseHandle_t* handle) {
    if (!handle) return CUSPARSE_STATUS_INVALID_VALUE;
    if (cusparseStatus_t status = statusOf(emulator::checkStream(nullptr))) return status;
    *handle = new cusparseContext;
    std::lock_guard guard(lock);
    handles().insert(*handle);
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseDestroy(cusparseHandle_t handle) {
    std::lock_guard guard(lock);
    if (handles().erase(handle) == 0) return CUSPARSE_STATUS_NOT_INITIALIZED;
    delete handle;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseSetStream(cusparseHandle_t handle, CUstream stream) {
    if (!isHandle(handle)) return CUSPARSE_STATUS_NOT_INITIALIZED;
    if (cusparseStatus_t status = statusOf(emulator::checkStream(stream))) return status;
    handle->stream = stream;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseGetStream(cusparseHandle_t handle, CUstream* stream) {
    if (!isHandle(handle)) return CUSPARSE_STATUS_NOT_INITIALIZED;
    if (!stream) return CUSPARSE_STATUS_INVALID_VALUE;
    *stream = handle->stream;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseSetPointerMode(cusparseHandle_t handle, cusparsePointerMode_t mode) {
    if (!isHandle(handle)) return CUSPARSE_STATUS_NOT_INITIALIZED;
    if (mode != CUSPARSE_POINTER_MODE_HOST && mode != CUSPARSE_POINTER_MODE_DEVICE) return CUSPARSE_STATUS_INVALID_VALUE;
    handle->pointerMode = mode;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseGetPointerMode(cusparseHandle_t handle, cusparsePointerMode_t* mode) {
    if (!isHandle(handle)) return CUSPARSE_STATUS_NOT_INITIALIZED;
    if (!mode) return CUSPARSE_STATUS_INVALID_VALUE;
    *mode = handle->pointerMode;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseGetVersion(cusparseHandle_t handle, int* version) {
    if (!isHandle(handle)) return CUSPARSE_STATUS_NOT_INITIALIZED;
    if (!version) return CUSPARSE_STATUS_INVALID_VALUE;
    *version = 12301;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT const char* cusparseGetErrorName(cusparseStatus_t status) {
    switch (status) {
        case CUSPARSE_STATUS_SUCCESS: return "CUSPARSE_STATUS_SUCCESS";
        case CUSPARSE_STATUS_NOT_INITIALIZED: return "CUSPARSE_STATUS_NOT_INITIALIZED";
        case CUSPARSE_STATUS_ALLOC_FAILED: return "CUSPARSE_STATUS_ALLOC_FAILED";
        case CUSPARSE_STATUS_INVALID_VALUE: return "CUSPARSE_STATUS_INVALID_VALUE";
        case CUSPARSE_STATUS_ARCH_MISMATCH: return "CUSPARSE_STATUS_ARCH_MISMATCH";
        case CUSPARSE_STATUS_MAPPING_ERROR: return "CUSPARSE_STATUS_MAPPING_ERROR";
        case CUSPARSE_STATUS_EXECUTION_FAILED: return "CUSPARSE_STATUS_EXECUTION_FAILED";
        case CUSPARSE_STATUS_INTERNAL_ERROR: return "CUSPARSE_STATUS_INTERNAL_ERROR";
        case CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED: return "CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED";
        case CUSPARSE_STATUS_ZERO_PIVOT: return "CUSPARSE_STATUS_ZERO_PIVOT";
        case CUSPARSE_STATUS_NOT_SUPPORTED: return "CUSPARSE_STATUS_NOT_SUPPORTED";
        case CUSPARSE_STATUS_INSUFFICIENT_RESOURCES: return "CUSPARSE_STATUS_INSUFFICIENT_RESOURCES";
    }
    return "unrecognized error code";
}

EMULATOR_EXPORT const char* cusparseGetErrorString(cusparseStatus_t status) {
    switch (status) {
        case CUSPARSE_STATUS_SUCCESS: return "success";
        case CUSPARSE_STATUS_NOT_INITIALIZED: return "initialization error";
        case CUSPARSE_STATUS_ALLOC_FAILED: return "out of memory";
        case CUSPARSE_STATUS_INVALID_VALUE: return "invalid value";
        case CUSPARSE_STATUS_ARCH_MISMATCH: return "architecture mismatch";
        case CUSPARSE_STATUS_MAPPING_ERROR: return "mapping error";
        case CUSPARSE_STATUS_EXECUTION_FAILED: return "kernel launch failure";
        case CUSPARSE_STATUS_INTERNAL_ERROR: return "internal error";
        case CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED: return "matrix type not supported";
        case CUSPARSE_STATUS_ZERO_PIVOT: return "zero pivot";
        case CUSPARSE_STATUS_NOT_SUPPORTED: return "operation not supported";
        case CUSPARSE_STATUS_INSUFFICIENT_RESOURCES: return "insufficient resources";
    }
    return "unrecognized error code";
}

EMULATOR_EXPORT cusparseStatus_t cusparseCreateCsr(cusparseSpMatDescr_t* matrix, int64_t rows, int64_t columns, int64_t count,
                                                   CUdeviceptr offsets, CUdeviceptr indices, CUdeviceptr values,
                                                   cusparseIndexType_t offsetType, cusparseIndexType_t indexType, int base,
                                                   cudaDataType type) {
    return createCsr(matrix, rows, columns, count, offsets, indices, values, offsetType, indexType, base, type);
}

EMULATOR_EXPORT cusparseStatus_t cusparseCreateConstCsr(cusparseSpMatDescr_t* matrix, int64_t rows, int64_t columns, int64_t count,
                                                        CUdeviceptr offsets, CUdeviceptr indices, CUdeviceptr values,
                                                        cusparseIndexType_t offsetType, cusparseIndexType_t indexType, int base,
                                                        cudaDataType type) {
    return createCsr(matrix, rows, columns, count, offsets, indices, values, offsetType, indexType, base, type);
}

EMULATOR_EXPORT cusparseStatus_t cusparseDestroySpMat(const cusparseSpMatDescr* matrix) { return remove(matrix); }

EMULATOR_EXPORT cusparseStatus_t cusparseCsrSetPointers(cusparseSpMatDescr_t matrix, CUdeviceptr offsets, CUdeviceptr indices,
                                                        CUdeviceptr values) {
    if (!isMatrix(matrix) || !offsets || (matrix->count && (!indices || !values))) return CUSPARSE_STATUS_INVALID_VALUE;
    matrix->offsets = offsets;
    matrix->indices = indices;
    matrix->values = values;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseSpMatSetValues(cusparseSpMatDescr_t matrix, CUdeviceptr values) {
    if (!isMatrix(matrix) || !values) return CUSPARSE_STATUS_INVALID_VALUE;
    matrix->values = values;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseCsrSetStridedBatch(cusparseSpMatDescr_t matrix, int batch, int64_t offsetStride,
                                                            int64_t valueStride) {
    bool isValid = isMatrix(matrix) && batch > 0 && (offsetStride == 0 || offsetStride >= matrix->rows + 1)
                   && (valueStride == 0 || valueStride >= matrix->count);
    if (!isValid) return CUSPARSE_STATUS_INVALID_VALUE;
    matrix->batch = batch;
    matrix->offsetStride = offsetStride;
    matrix->valueStride = valueStride;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseCreateDnMat(cusparseDnMatDescr_t* matrix, int64_t rows, int64_t columns, int64_t leading,
                                                     CUdeviceptr values, cudaDataType type, cusparseOrder_t order) {
    return createDense(matrix, rows, columns, leading, values, type, order);
}

EMULATOR_EXPORT cusparseStatus_t cusparseCreateConstDnMat(cusparseDnMatDescr_t* matrix, int64_t rows, int64_t columns, int64_t leading,
                                                          CUdeviceptr values, cudaDataType type, cusparseOrder_t order) {
    return createDense(matrix, rows, columns, leading, values, type, order);
}

EMULATOR_EXPORT cusparseStatus_t cusparseDestroyDnMat(const cusparseDnMatDescr* matrix) { return remove(matrix); }

EMULATOR_EXPORT cusparseStatus_t cusparseDnMatSetValues(cusparseDnMatDescr_t matrix, CUdeviceptr values) {
    if (!isMatrix(matrix) || !values) return CUSPARSE_STATUS_INVALID_VALUE;
    matrix->values = values;
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseDnMatSetStridedBatch(cusparseDnMatDescr_t matrix, int batch, int64_t stride) {
    if (!isMatrix(matrix) || batch <= 0 || stride < 0) return CUSPARSE_STATUS_INVALID_VALUE;
    matrix->batch = batch;
    matrix->stride = stride;
    return CUSPARSE_STATUS_SUCCESS;
}
