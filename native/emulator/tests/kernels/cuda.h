// What the tests' kernels need of CUDA C++.
#pragma once
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define KERNEL extern "C" __global__ void

static __device__ inline int threadX() { return __nvvm_read_ptx_sreg_tid_x(); }
static __device__ inline int blockX() { return __nvvm_read_ptx_sreg_ctaid_x(); }
static __device__ inline int threadsX() { return __nvvm_read_ptx_sreg_ntid_x(); }
static __device__ inline int indexX() { return blockX() * threadsX() + threadX(); }
static __device__ inline void wait() { __nvvm_bar_sync(0); }
