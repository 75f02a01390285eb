// What a kernel needs of the device, for clang and nvcc alike: neither CUDA's headers nor its device library are included, so that
// kernels compile where no CUDA toolkit is, and give the same instructions with and without one.
#pragma once

#define KERNEL extern "C" __attribute__((global, launch_bounds(BLOCK)))
#define DEVICE static inline __attribute__((device, always_inline))
#define METHOD inline __attribute__((device, always_inline)) // of a struct
#define SHARED __attribute__((shared))

typedef unsigned char byte;
typedef unsigned int uint;
typedef unsigned long long ulong; // 64 bits on every host, as pointers of the device have

// Threads of a warp.
constexpr uint WARP = 32;

// Threads of a block where a kernel does not say otherwise; LaunchSize.cs has the same number.
constexpr uint BLOCK = 256;

// Every thread of a warp, in shuffles and votes.
constexpr uint EVERYONE = 0xFFFFFFFF;

// Four neighbouring floats, of which the first's address is a multiple of 16 bytes: read and written at once.
#ifdef __clang__
typedef float Vector __attribute__((ext_vector_type(4)));
#else
typedef float4 Vector;
#endif

#ifdef __clang__
DEVICE uint threadX() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE uint blockX() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE uint blockY() { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEVICE uint blockZ() { return __nvvm_read_ptx_sreg_ctaid_z(); }
DEVICE uint blockThreads() { return __nvvm_read_ptx_sreg_ntid_x(); }
DEVICE uint gridX() { return __nvvm_read_ptx_sreg_nctaid_x(); }
DEVICE uint gridY() { return __nvvm_read_ptx_sreg_nctaid_y(); }
DEVICE void synchroniseBlock() { __syncthreads(); }
DEVICE void synchroniseWarp() { __nvvm_bar_warp_sync(EVERYONE); }
DEVICE uint ballot(bool vote) { return __nvvm_vote_ballot_sync(EVERYONE, vote); }
DEVICE uint shuffleXor(uint value, uint mask) { return __nvvm_shfl_sync_bfly_i32(EVERYONE, value, mask, 31); }
DEVICE float multiplyAdd(float a, float b, float c) { return __builtin_fmaf(a, b, c); } // rounded once
DEVICE uint shuffleUp(uint value, uint distance) { return __nvvm_shfl_sync_up_i32(EVERYONE, value, distance, 0); }
DEVICE float squareRoot(float x) { return __nvvm_sqrt_rn_f(x); }
DEVICE double squareRoot(double x) { return __nvvm_sqrt_rn_d(x); }
DEVICE uint bitsSet(uint word) { return __builtin_popcount(word); }
DEVICE void addAtomically(uint *at, uint value) { __atomic_fetch_add(at, value, __ATOMIC_RELAXED); }
DEVICE void addAtomically(ulong *at, ulong value) { __atomic_fetch_add(at, value, __ATOMIC_RELAXED); }
#else
DEVICE uint threadX() { return threadIdx.x; }
DEVICE uint blockX() { return blockIdx.x; }
DEVICE uint blockY() { return blockIdx.y; }
DEVICE uint blockZ() { return blockIdx.z; }
DEVICE uint blockThreads() { return blockDim.x; }
DEVICE uint gridX() { return gridDim.x; }
DEVICE uint gridY() { return gridDim.y; }
DEVICE void synchroniseBlock() { __syncthreads(); }
DEVICE void synchroniseWarp() { __syncwarp(); }
DEVICE uint ballot(bool vote) { return __ballot_sync(EVERYONE, vote); }
DEVICE uint shuffleXor(uint value, uint mask) { return __shfl_xor_sync(EVERYONE, value, mask); }
DEVICE float multiplyAdd(float a, float b, float c) { return __fmaf_rn(a, b, c); } // rounded once
DEVICE uint shuffleUp(uint value, uint distance) { return __shfl_up_sync(EVERYONE, value, distance); }
DEVICE float squareRoot(float x) { return __fsqrt_rn(x); }
DEVICE double squareRoot(double x) { return __dsqrt_rn(x); }
DEVICE uint bitsSet(uint word) { return __popc(word); }
DEVICE void addAtomically(uint *at, uint value) { atomicAdd(at, value); }
DEVICE void addAtomically(ulong *at, ulong value) { atomicAdd(at, value); }
#endif

// Number of this thread among those of its row of blocks, and how many there are: loops go from the one in steps of the other.
DEVICE uint firstItem() { return blockX() * blockThreads() + threadX(); }
DEVICE uint itemStride() { return gridX() * blockThreads(); }

// Number of this thread in its warp, and of this warp among those of its row of blocks: work of a whole warp is done in steps of warpStride.
DEVICE uint lane() { return threadX() % WARP; }
DEVICE uint firstWarp() { return firstItem() / WARP; }
DEVICE uint warpStride() { return itemStride() / WARP; }

DEVICE float shuffleXor(float value, uint mask)
{
    return __builtin_bit_cast(float, shuffleXor(__builtin_bit_cast(uint, value), mask));
}

DEVICE ulong shuffleXor(ulong value, uint mask)
{
    uint low = shuffleXor((uint)value, mask);
    uint high = shuffleXor((uint)(value >> 32), mask);
    return (ulong)high << 32 | low;
}

DEVICE double shuffleXor(double value, uint mask)
{
    return __builtin_bit_cast(double, shuffleXor(__builtin_bit_cast(ulong, value), mask));
}

DEVICE float absolute(float x) { return __builtin_fabsf(x); }
DEVICE double absolute(double x) { return __builtin_fabs(x); }

// Comparisons with NaN are false, so that NaN stays where a minimum or maximum would lose it.
DEVICE bool isFinite(float x) { return absolute(x) < __builtin_inff(); }
DEVICE bool isFinite(double x) { return absolute(x) < __builtin_inf(); }
DEVICE bool isNaN(float x) { return x != x; }

template <typename T> DEVICE T smaller(T a, T b) { return a < b ? a : b; }
template <typename T> DEVICE T larger(T a, T b) { return a > b ? a : b; }
