// Operations in which the threads of a warp take part together: what a thread brings, and what it takes away.
#pragma once
#include "memory.h"

namespace emulator {

// Variants of the kinds of WarpOperation.
enum : uint32_t { ShuffleUp, ShuffleDown, ShuffleButterfly, ShuffleIndex };
enum : uint32_t { VoteAll, VoteAny, VoteUniform, VoteBallot };
enum : uint32_t { MatchAny, MatchAll };
enum : uint32_t { ReduceAdd, ReduceMin, ReduceMax, ReduceMinSigned, ReduceMaxSigned, ReduceAnd, ReduceOr, ReduceXor };
enum : uint32_t { BarrierCount, BarrierAnd, BarrierOr };
enum : uint32_t {
    MatrixHalf,
    MatrixBrain,
    MatrixHalfSums,
    MatrixSmallHalf,
    MatrixSmallBrain,
    MatrixTensor,
    MatrixSmallTensor,
    MatrixSignedSigned,
    MatrixSignedUnsigned,
    MatrixUnsignedSigned,
    MatrixUnsignedUnsigned
};

inline uint32_t shuffle(Thread& thread, uint32_t site, uint32_t variant, uint32_t mask, uint32_t value, uint32_t lane, uint32_t clamp,
                        bool* inRange) {
    WarpOperation operation{WarpKind::Shuffle, variant, site, mask, value, lane, clamp, 0, 0, false, {}, nullptr};
    thread.block->runtime->warp(thread, operation);
    if (inRange) *inRange = operation.predicate;
    return operation.result;
}

inline uint32_t vote(Thread& thread, uint32_t site, uint32_t variant, uint32_t mask, bool value) {
    WarpOperation operation{WarpKind::Vote, variant, site, mask, value, 0, 0, 0, 0, false, {}, nullptr};
    thread.block->runtime->warp(thread, operation);
    return operation.result;
}

inline uint32_t match(Thread& thread, uint32_t site, uint32_t variant, uint32_t mask, uint64_t value, bool* isAll) {
    WarpOperation operation{WarpKind::Match, variant, site, mask, 0, 0, 0, value, 0, false, {}, nullptr};
    thread.block->runtime->warp(thread, operation);
    if (isAll) *isAll = operation.predicate;
    return operation.result;
}

inline uint32_t reduce(Thread& thread, uint32_t site, uint32_t variant, uint32_t mask, uint32_t value) {
    WarpOperation operation{WarpKind::Reduce, variant, site, mask, value, 0, 0, 0, 0, false, {}, nullptr};
    thread.block->runtime->warp(thread, operation);
    return operation.result;
}

inline uint32_t activeMask(Thread& thread, uint32_t site) {
    WarpOperation operation{WarpKind::Active, 0, site, 0, 0, 0, 0, 0, 0, false, {}, nullptr};
    thread.block->runtime->warp(thread, operation);
    return operation.result;
}

inline void warpBarrier(Thread& thread, uint32_t site, uint32_t mask) {
    WarpOperation operation{WarpKind::Barrier, 0, site, mask, 0, 0, 0, 0, 0, false, {}, nullptr};
    thread.block->runtime->warp(thread, operation);
}

// The registers of A, B and C one after the other come in; D comes out at the front.
inline void matrix(Thread& thread, WarpOperation& operation) { thread.block->runtime->warp(thread, operation); }

}    // namespace emulator
