// Widths and vectors, generic addresses, local memory, and accesses that are not allowed.
#include "cuda.h"

struct Four { float x, y, z, w; } __attribute__((aligned(16)));

KERNEL vectors(Four* to, const Four* from, unsigned short* shorts, signed char* bytes, double* doubles) {
    int t = threadX();
    Four a = from[t];
    Four b = {a.w, a.z, a.y, a.x};
    to[t] = b;
    shorts[t] = (unsigned short)(shorts[t] * 3);
    bytes[t] = (signed char)(bytes[t] - 2);
    doubles[t] = doubles[t] / 3;
}

__device__ __attribute__((noinline)) float sumOf(const float* values, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) sum += values[i];
    return sum;
}

// The same function is given global, shared and local memory.
KERNEL genericAddresses(float* to, const float* from) {
    __shared__ float shared[8];
    float local[8];
    int t = threadX();
    if (t < 8) shared[t] = from[t] * 2;
    for (int i = 0; i < 8; i++) local[i] = from[i] * (float)t;
    wait();
    to[t] = sumOf(from, 8) + sumOf(shared, 8) + sumOf(local, 8);
}

__device__ int counts[3] = {7, 8, 9};
__device__ int zeros[100];
__device__ int* pointer = &counts[1];

KERNEL variables(int* to) {
    to[0] = *pointer;
    to[1] = zeros[50];
    counts[2] += 1;
    to[2] = counts[2];
}

KERNEL writeAt(float* to, long long index, float value) { to[index] = value; }

KERNEL writeShared(float* to, int index) {
    extern __shared__ float dynamic[];
    dynamic[index] = 3;
    wait();
    to[0] = dynamic[index];
}

KERNEL misaligned(char* to) { *(int*)(to + 2) = 1; }

KERNEL uninitialized(float* to) {
    __shared__ float memory[32];
    to[threadX()] = *(volatile float*)&memory[threadX()];
}

KERNEL copyKernel(float* to, const float* from, int n) {
    int i = indexX();
    if (i < n) to[i] = from[i] + 1;
}

KERNEL asyncCopies(float* to, const float* from, int waits) {
    __shared__ __attribute__((aligned(16))) float memory[64];
    int t = threadX();
    unsigned place;
    asm volatile("{ .reg .u64 p; cvta.to.shared.u64 p, %1; cvt.u32.u64 %0, p; }" : "=r"(place) : "l"(&memory[t * 4]));
    asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" ::"r"(place), "l"(from + t * 4));
    asm volatile("cp.async.commit_group;");
    unsigned second = place + 128;
    asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" ::"r"(second), "l"(from + 32 + t * 4), "r"(t & 1 ? 8 : 4));
    asm volatile("cp.async.commit_group;");
    if (waits == 1) asm volatile("cp.async.wait_group 1;" ::: "memory");
    if (waits == 2) asm volatile("cp.async.wait_group 0;" ::: "memory");
    wait();
    for (int i = 0; i < 4; i++) {
        to[t * 8 + i] = *(volatile float*)&memory[t * 4 + i];
        to[t * 8 + 4 + i] = *(volatile float*)&memory[32 + t * 4 + i];
    }
}
