// cuBLAS and cuSPARSE as a caller declares them.
#pragma once
#include "Driver.h"

extern "C" {
int cublasCreate_v2(void**);
int cublasDestroy_v2(void*);
int cublasSetStream_v2(void*, CUstream);
int cublasSetMathMode(void*, int);
int cublasSetPointerMode_v2(void*, int);
int cublasSgemm_v2(void*, int, int, int, int, int, const float*, CUdeviceptr, int, CUdeviceptr, int, const float*, CUdeviceptr, int);
int cublasSgemmBatched(void*, int, int, int, int, int, const float*, CUdeviceptr, int, CUdeviceptr, int, const float*, CUdeviceptr, int,
                       int);
int cublasGemmEx(void*, int, int, int, int, int, const void*, CUdeviceptr, int, int, CUdeviceptr, int, int, const void*, CUdeviceptr, int,
                 int, int, int);
int cublasGemmStridedBatchedEx(void*, int, int, int, int, int, const void*, CUdeviceptr, int, int, long long, CUdeviceptr, int, int,
                               long long, const void*, CUdeviceptr, int, int, long long, int, int, int);

int cusparseCreate(void**);
int cusparseDestroy(void*);
int cusparseSetStream(void*, CUstream);
int cusparseCreateCsr(void**, int64_t, int64_t, int64_t, CUdeviceptr, CUdeviceptr, CUdeviceptr, int, int, int, int);
int cusparseDestroySpMat(void*);
int cusparseCreateDnMat(void**, int64_t, int64_t, int64_t, CUdeviceptr, int, int);
int cusparseDnMatSetStridedBatch(void*, int, int64_t);
int cusparseDestroyDnMat(void*);
int cusparseSpMM_bufferSize(void*, int, int, const void*, void*, void*, const void*, void*, int, int, size_t*);
int cusparseSpMM(void*, int, int, const void*, void*, void*, const void*, void*, int, int, CUdeviceptr);

int nvmlInit_v2();
int nvmlShutdown();
int nvmlDeviceGetHandleByIndex_v2(unsigned, void**);
int nvmlDeviceGetHandleByUUID(const char*, void**);
int nvmlDeviceGetName(void*, char*, unsigned);
int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long*);
}
