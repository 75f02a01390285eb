// What threads of a warp do together. The last one to come computes the result for all.
#include "BlockRunner.h"
#include <cstring>

namespace emulator {
namespace {

// Calls action with each lane of a mask.
template <class Action>
void forEachLane(uint32_t lanes, Action action) {
    for (; lanes; lanes &= lanes - 1) action((uint32_t)__builtin_ctz(lanes));
}

}    // namespace

void BlockRunner::warpOperation(WarpOperation& operation) {
    Lane& lane = lanes[current];
    uint32_t warp = current / 32, self = 1u << current % 32, wanted = operation.mask & warpThreads[warp];
    lane.operation = &operation;
    lane.state = State::WarpWait;
    warpWaiting[warp] |= self;
    if (operation.kind != WarpKind::Active) {
        if (!(operation.mask & self))
            fail(FaultKind::Failed, operation.site, "the thread is not one of its mask, " + std::to_string(operation.mask));
        bool isMatrix = operation.kind == WarpKind::Matrix || operation.kind == WarpKind::LoadMatrix;
        if (isMatrix && warpThreads[warp] != ~0u) fail(FaultKind::Failed, operation.site, "the warp has fewer than 32 threads");
        if ((warpWaiting[warp] & wanted) == wanted) {
            bool isSame = true;
            forEachLane(wanted, [&](uint32_t other) {
                const WarpOperation& theirs = *lanes[warp * 32 + other].operation;
                isSame &= theirs.kind == operation.kind && theirs.variant == operation.variant && theirs.mask == operation.mask;
            });
            if (isSame) complete(warp, wanted);
        }
    }
    leave();
    lane.operation = nullptr;
}

void BlockRunner::complete(uint32_t warp, uint32_t group) {
    switch (lanes[warp * 32 + __builtin_ctz(group)].operation->kind) {
        case WarpKind::Shuffle: computeShuffle(warp, group); break;
        case WarpKind::Vote: computeVote(warp, group); break;
        case WarpKind::Match: computeMatch(warp, group); break;
        case WarpKind::Reduce: computeReduce(warp, group); break;
        case WarpKind::Matrix: computeMatrix(warp); break;
        case WarpKind::LoadMatrix: computeLoadMatrix(warp); break;
        case WarpKind::Active: forEachLane(group, [&](uint32_t lane) { lanes[warp * 32 + lane].operation->result = group; }); break;
        case WarpKind::Barrier: break;
    }
    uint32_t numbers[32], count = 0;
    forEachLane(group, [&](uint32_t lane) { numbers[count++] = warp * 32 + lane; });
    warpWaiting[warp] &= ~group;
    makeReady(numbers, count);
}

// Threads that ask who is active have waited for all that could come: those in the same place are together.
bool BlockRunner::completeActive() {
    for (uint32_t warp = 0; warp < warpThreads.size(); warp++) {
        uint32_t group = 0, site = 0;
        forEachLane(warpWaiting[warp], [&](uint32_t lane) {
            const WarpOperation& operation = *lanes[warp * 32 + lane].operation;
            if (operation.kind != WarpKind::Active || (group && operation.site != site)) return;
            group |= 1u << lane;
            site = operation.site;
        });
        if (!group) continue;
        complete(warp, group);
        return true;
    }
    return false;
}

// The segment of a lane and how far it may read are packed into c: bits 8 to 12 its mask, 0 to 4 the clamp.
void BlockRunner::computeShuffle(uint32_t warp, uint32_t group) {
    forEachLane(group, [&](uint32_t lane) {
        WarpOperation& operation = *lanes[warp * 32 + lane].operation;
        uint32_t by = operation.b & 31, segment = operation.c >> 8 & 31, clamp = operation.c & 31;
        uint32_t highest = (lane & segment) | (clamp & ~segment), lowest = lane & segment, from = 0;
        bool inRange = false;
        switch (operation.variant) {
            case ShuffleUp: from = lane - by, inRange = (int32_t)from >= (int32_t)highest; break;
            case ShuffleDown: from = lane + by, inRange = from <= highest; break;
            case ShuffleButterfly: from = lane ^ by, inRange = from <= highest; break;
            case ShuffleIndex: from = lowest | (by & ~segment), inRange = from <= highest; break;
        }
        if (!inRange) from = lane;
        operation.predicate = inRange;
        // What a lane outside the mask holds is undefined.
        operation.result = group >> from & 1 ? lanes[warp * 32 + from].operation->a : 0xFFFFFFFFu;
    });
}

void BlockRunner::computeVote(uint32_t warp, uint32_t group) {
    uint32_t ballot = 0;
    forEachLane(group, [&](uint32_t lane) { ballot |= (lanes[warp * 32 + lane].operation->a ? 1u : 0u) << lane; });
    forEachLane(group, [&](uint32_t lane) {
        WarpOperation& operation = *lanes[warp * 32 + lane].operation;
        switch (operation.variant) {
            case VoteAll: operation.result = ballot == group; break;
            case VoteAny: operation.result = ballot != 0; break;
            case VoteUniform: operation.result = ballot == 0 || ballot == group; break;
            default: operation.result = ballot;
        }
    });
}

void BlockRunner::computeMatch(uint32_t warp, uint32_t group) {
    forEachLane(group, [&](uint32_t lane) {
        WarpOperation& operation = *lanes[warp * 32 + lane].operation;
        uint32_t equal = 0;
        forEachLane(group,
                    [&](uint32_t other) { equal |= (lanes[warp * 32 + other].operation->wide == operation.wide ? 1u : 0u) << other; });
        operation.predicate = equal == group;
        operation.result = operation.variant == MatchAny ? equal : equal == group ? group : 0;
    });
}

void BlockRunner::computeReduce(uint32_t warp, uint32_t group) {
    uint32_t result = 0;
    bool isFirst = true;
    forEachLane(group, [&](uint32_t lane) {
        const WarpOperation& operation = *lanes[warp * 32 + lane].operation;
        uint32_t a = result, b = operation.a;
        switch (operation.variant) {
            case ReduceAdd: result = a + b; break;
            case ReduceMin: result = a < b ? a : b; break;
            case ReduceMax: result = a > b ? a : b; break;
            case ReduceMinSigned: result = (int32_t)a < (int32_t)b ? a : b; break;
            case ReduceMaxSigned: result = (int32_t)a > (int32_t)b ? a : b; break;
            case ReduceAnd: result = a & b; break;
            case ReduceOr: result = a | b; break;
            case ReduceXor: result = a ^ b; break;
        }
        if (isFirst) result = b;
        isFirst = false;
    });
    forEachLane(group, [&](uint32_t lane) { lanes[warp * 32 + lane].operation->result = result; });
}

// Lane 8 m + r has brought the address of row r of matrix m. Each lane takes two neighbouring values of row lane / 4, or of column.
void BlockRunner::computeLoadMatrix(uint32_t warp) {
    uint32_t variant = lanes[warp * 32].operation->variant, count = variant & 7;
    bool isTransposed = variant & 8;
    for (uint32_t matrix = 0; matrix < count; matrix++) {
        uint16_t values[8][8];
        for (uint32_t row = 0; row < 8; row++) std::memcpy(values[row], lanes[warp * 32 + matrix * 8 + row].operation->rows, 16);
        for (uint32_t lane = 0; lane < 32; lane++) {
            uint32_t row = lane / 4, column = lane % 4 * 2;
            uint32_t low = isTransposed ? values[column][row] : values[row][column];
            uint32_t high = isTransposed ? values[column + 1][row] : values[row][column + 1];
            lanes[warp * 32 + lane].operation->registers[matrix] = high << 16 | low;
        }
    }
}

}    // namespace emulator
