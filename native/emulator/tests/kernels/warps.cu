// Shuffles, votes, matches, reductions, barriers and atomic operations.
#include "cuda.h"

KERNEL shuffles(unsigned* to) {
    unsigned t = threadX(), all = 0xffffffff, *row = to + blockX() * threadsX() * 8 + t * 8;
    row[0] = __nvvm_shfl_sync_idx_i32(all, t * 10, 5, 31);
    row[1] = __nvvm_shfl_sync_up_i32(all, t * 10, 3, 0);
    row[2] = __nvvm_shfl_sync_down_i32(all, t * 10, 4, 31);
    row[3] = __nvvm_shfl_sync_bfly_i32(all, t * 10, 7, 31);
    row[4] = __nvvm_shfl_sync_idx_i32(all, t * 10, 2, (24 << 8) | 31);      // segments of 8 lanes
    unsigned value, inRange;
    asm volatile("{ .reg .pred p; shfl.sync.down.b32 %0|p, %2, 16, 31, -1; selp.b32 %1, 1, 0, p; }" : "=r"(value), "=r"(inRange) : "r"(t));
    row[5] = value;
    row[6] = inRange;
    // Half a warp by itself.
    row[7] = (t & 31) < 16 ? __nvvm_shfl_sync_bfly_i32(0x0000ffff, t, 1, 31) : __nvvm_shfl_sync_bfly_i32(0xffff0000, t + 100, 1, 31);
}

KERNEL votes(unsigned* to, const unsigned* from) {
    unsigned t = threadX(), all = 0xffffffff, value = from[t], *row = to + t * 8;
    row[0] = __nvvm_vote_all_sync(all, value < 4);
    row[1] = __nvvm_vote_any_sync(all, value == 3);
    row[2] = __nvvm_vote_uni_sync(all, value > 1);
    row[3] = __nvvm_vote_ballot_sync(all, value & 1);
    row[4] = __nvvm_match_any_sync_i32(all, value);
    unsigned sum, most, active;
    asm volatile("redux.sync.add.s32 %0, %1, -1;" : "=r"(sum) : "r"(value));
    asm volatile("redux.sync.max.u32 %0, %1, -1;" : "=r"(most) : "r"(value));
    row[5] = sum;
    row[6] = most;
    active = 0;
    if (t & 1) asm volatile("activemask.b32 %0;" : "=r"(active));
    row[7] = active;
}

KERNEL barriers(unsigned* to) {
    __shared__ unsigned memory[256];
    unsigned t = threadX(), n = threadsX();
    memory[t] = t;
    wait();
    unsigned left = memory[(t + 1) % n];
    wait();
    memory[t] = left * 2;
    wait();
    unsigned odd = __nvvm_bar0_popc(memory[t] % 3 == 0);
    // Two halves wait for themselves, at barriers of their own.
    if (t < 64) {
        asm volatile("bar.sync 1, 64;");
    } else {
        asm volatile("bar.sync 2, 64;");
    }
    to[t] = memory[(t + 1) % n] + 1000 * odd;
}

KERNEL atomics(unsigned* to, float* sums, double* doubles, unsigned long long* wide) {
    __shared__ unsigned inBlock;
    unsigned t = threadX(), i = indexX();
    if (t == 0) inBlock = 0;
    wait();
    __nvvm_atom_add_gen_i((int*)&inBlock, t);
    asm volatile("red.global.add.u32 [%0], %1;" ::"l"(to), "r"(1));
    asm volatile("red.global.min.s32 [%0], %1;" ::"l"(to + 1), "r"(-(int)i));
    asm volatile("red.global.max.u32 [%0], %1;" ::"l"(to + 2), "r"(i));
    asm volatile("red.global.or.b32 [%0], %1;" ::"l"(to + 3), "r"(1u << (i & 31)));
    asm volatile("red.global.and.b32 [%0], %1;" ::"l"(to + 4), "r"(~(1u << (i & 7))));
    asm volatile("red.global.xor.b32 [%0], %1;" ::"l"(to + 5), "r"(i));
    unsigned seen = to[6], old;
    asm volatile("atom.global.inc.u32 %0, [%1], 9;" : "=r"(old) : "l"(to + 6));
    // A loop of compare and swap adds, too.
    for (seen = 0;; seen = old) {
        asm volatile("atom.global.cas.b32 %0, [%1], %2, %3;" : "=r"(old) : "l"(to + 7), "r"(seen), "r"(seen + 2));
        if (old == seen) break;
    }
    asm volatile("atom.global.exch.b32 %0, [%1], %2;" : "=r"(old) : "l"(to + 8), "r"(77));
    asm volatile("red.global.add.f32 [%0], %1;" ::"l"(sums), "f"((float)(i % 8)));
    asm volatile("red.global.add.f64 [%0], %1;" ::"l"(doubles), "d"((double)i));
    asm volatile("red.global.add.u64 [%0], %1;" ::"l"(wide), "l"((unsigned long long)i << 20));
    wait();
    if (t == 0) to[16 + blockX()] = inBlock;
}

// Shared memory is read before all have written it: the barrier is missing.
KERNEL race(unsigned* to) {
    __shared__ unsigned memory[64];
    unsigned t = threadX();
    memory[t] = t + 1;
    to[t] = *(volatile unsigned*)&memory[63 - t];
}

KERNEL divergent(unsigned* to, unsigned which) {
    unsigned t = threadX();
    if (which == 0) {
        if (t == 40) to[t] = __nvvm_vote_any_sync(3u << 8, 1); else wait();   // a thread of the second warp does not come
    }
    if (which == 1 && t < 32) to[t] = __nvvm_shfl_sync_idx_i32(t < 16 ? 0xffffffff : 0xffff0000, t, 0, 31);
    if (which == 2) {
        if (t < 10) { to[t] = 1; wait(); } else { to[t] = 2; wait(); }
    }
    if (which == 3 && t == 3) asm volatile("trap;");
    if (which == 4) {
        if (t >= 33) return;                                        // who has ended is not waited for
        wait();
        to[t] = 5;
    }
    if (which == 5) {
        if (t == 2) return;
        to[t] = __nvvm_vote_ballot_sync(0xffffffff, 1);
    }
}
