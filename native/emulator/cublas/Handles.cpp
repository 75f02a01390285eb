// Handles and their settings.
#include "Blas.h"
#include <mutex>

namespace emulator::blas {
namespace {

std::mutex lock;
std::set<cublasHandle_t>& handles() {
    static auto& all = *new std::set<cublasHandle_t>;
    return all;
}

}    // namespace

bool isHandle(cublasHandle_t handle) {
    std::lock_guard guard(lock);
    return handles().contains(handle);
}

cublasStatus_t statusOf(CUresult result) {
    switch (result) {
        case CUDA_SUCCESS: return CUBLAS_STATUS_SUCCESS;
        case CUDA_ERROR_INVALID_VALUE:
        case CUDA_ERROR_INVALID_HANDLE: return CUBLAS_STATUS_INVALID_VALUE;
        case CUDA_ERROR_NOT_INITIALIZED:
        case CUDA_ERROR_INVALID_CONTEXT:
        case CUDA_ERROR_CONTEXT_IS_DESTROYED: return CUBLAS_STATUS_NOT_INITIALIZED;
        case CUDA_ERROR_OUT_OF_MEMORY: return CUBLAS_STATUS_ALLOC_FAILED;
        default: return CUBLAS_STATUS_EXECUTION_FAILED;
    }
}

}    // namespace emulator::blas

using namespace emulator::blas;

EMULATOR_EXPORT cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
    if (!handle) return CUBLAS_STATUS_INVALID_VALUE;
    if (cublasStatus_t status = statusOf(emulator::checkStream(nullptr))) return status;
    *handle = new cublasContext;
    std::lock_guard guard(lock);
    handles().insert(*handle);
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
    std::lock_guard guard(lock);
    if (handles().erase(handle) == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
    delete handle;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, CUstream stream) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (cublasStatus_t status = statusOf(emulator::checkStream(stream))) return status;
    handle->stream = stream;
    handle->workspace = 0;    // as cuBLAS does: its own workspace again
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasGetStream_v2(cublasHandle_t handle, CUstream* stream) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!stream) return CUBLAS_STATUS_INVALID_VALUE;
    *stream = handle->stream;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasSetMathMode(cublasHandle_t handle, int mode) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if ((mode & ~16) < 0 || (mode & ~16) > 3) return CUBLAS_STATUS_INVALID_VALUE;
    handle->mathMode = mode;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasGetMathMode(cublasHandle_t handle, int* mode) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!mode) return CUBLAS_STATUS_INVALID_VALUE;
    *mode = handle->mathMode;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasSetPointerMode_v2(cublasHandle_t handle, cublasPointerMode_t mode) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (mode != CUBLAS_POINTER_MODE_HOST && mode != CUBLAS_POINTER_MODE_DEVICE) return CUBLAS_STATUS_INVALID_VALUE;
    handle->pointerMode = mode;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasGetPointerMode_v2(cublasHandle_t handle, cublasPointerMode_t* mode) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!mode) return CUBLAS_STATUS_INVALID_VALUE;
    *mode = handle->pointerMode;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle, int mode) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (mode != 0 && mode != 1) return CUBLAS_STATUS_INVALID_VALUE;
    handle->atomicsMode = mode;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasGetAtomicsMode(cublasHandle_t handle, int* mode) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!mode) return CUBLAS_STATUS_INVALID_VALUE;
    *mode = handle->atomicsMode;
    return CUBLAS_STATUS_SUCCESS;
}

// The emulator needs no workspace; that it is aligned is asked of callers all the same.
EMULATOR_EXPORT cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, CUdeviceptr workspace, size_t) {
    if (!isHandle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (workspace % 256) return CUBLAS_STATUS_INVALID_VALUE;
    handle->workspace = workspace;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT cublasStatus_t cublasSetSmCountTarget(cublasHandle_t handle, int) {
    return isHandle(handle) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

EMULATOR_EXPORT cublasStatus_t cublasGetVersion_v2(cublasHandle_t, int* version) {
    if (!version) return CUBLAS_STATUS_INVALID_VALUE;
    *version = 120405;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT size_t cublasGetCudartVersion() { return 12040; }

EMULATOR_EXPORT cublasStatus_t cublasGetProperty(int type, int* value) {
    if (!value || type < 0 || type > 2) return CUBLAS_STATUS_INVALID_VALUE;
    *value = type == 0 ? 12 : type == 1 ? 4 : 5;
    return CUBLAS_STATUS_SUCCESS;
}

EMULATOR_EXPORT const char* cublasGetStatusName(cublasStatus_t status) {
    switch (status) {
        case CUBLAS_STATUS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
        case CUBLAS_STATUS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case CUBLAS_STATUS_ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
        case CUBLAS_STATUS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
        case CUBLAS_STATUS_ARCH_MISMATCH: return "CUBLAS_STATUS_ARCH_MISMATCH";
        case CUBLAS_STATUS_MAPPING_ERROR: return "CUBLAS_STATUS_MAPPING_ERROR";
        case CUBLAS_STATUS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case CUBLAS_STATUS_INTERNAL_ERROR: return "CUBLAS_STATUS_INTERNAL_ERROR";
        case CUBLAS_STATUS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
        case CUBLAS_STATUS_LICENSE_ERROR: return "CUBLAS_STATUS_LICENSE_ERROR";
    }
    return "<unknown>";
}

EMULATOR_EXPORT const char* cublasGetStatusString(cublasStatus_t status) {
    switch (status) {
        case CUBLAS_STATUS_SUCCESS: return "success";
        case CUBLAS_STATUS_NOT_INITIALIZED: return "the library was not initialized";
        case CUBLAS_STATUS_ALLOC_FAILED: return "the resource allocation failed";
        case CUBLAS_STATUS_INVALID_VALUE: return "an unsupported value or parameter was passed to the function";
        case CUBLAS_STATUS_ARCH_MISMATCH: return "the function requires a feature absent from the device architecture";
        case CUBLAS_STATUS_MAPPING_ERROR: return "an access to GPU memory space failed";
        case CUBLAS_STATUS_EXECUTION_FAILED: return "the function failed to launch on the GPU";
        case CUBLAS_STATUS_INTERNAL_ERROR: return "an internal operation failed";
        case CUBLAS_STATUS_NOT_SUPPORTED: return "the functionality requested is not supported";
        case CUBLAS_STATUS_LICENSE_ERROR:
            return "the functionality requested requires some license and an error was detected when trying to check the current licensing";
    }
    return "<unknown>";
}
