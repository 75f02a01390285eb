// Structs by value, shared and local memory, calls, constants, branches: what a usual kernel does.
#include "cuda.h"

struct Settings {
    float* sums;
    int count;
    float factor;
    long long shift;
};

__constant__ float table[4] = {1, 2, 3, 4};
__device__ int counter = 5;
extern __shared__ float dynamicMemory[];

__device__ __attribute__((noinline)) float scaled(float x, Settings s) { return x * s.factor + (float)s.shift; }

KERNEL mixed(Settings s, const float* __restrict__ input, int which) {
    __shared__ float staticMemory[128];
    int t = threadX(), i = indexX();
    staticMemory[t] = i < s.count ? input[i] : 0;
    dynamicMemory[t] = (float)t;
    wait();
    float v = staticMemory[127 - t] + dynamicMemory[(t + 1) % 128];
    v += __nvvm_shfl_sync_bfly_f32(0xffffffff, v, 1, 31);
    unsigned lanes = __nvvm_vote_ballot_sync(0xffffffff, v > 100);
    int local[8];
    for (int k = 0; k < 8; k++) local[k] = k * t;
    v += (float)local[(t * which) & 7];
    switch (which) {
        case 0: v += 1; break;
        case 1: v *= 2; break;
        case 2: v -= 5; break;
        case 3: v /= 3; break;
        case 4: v = v * v; break;
        case 5: v = __nvvm_sqrt_rn_f(v); break;
    }
    __nvvm_atom_add_gen_i(&counter, 1);
    if (i < s.count) s.sums[i] = scaled(v, s) * table[lanes & 3];
}

KERNEL saxpy(float* y, const float* x, float a, int n) {
    int i = indexX();
    if (i < n) y[i] = a * x[i] + y[i];
}
