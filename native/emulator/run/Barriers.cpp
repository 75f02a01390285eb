// Barriers of a block, and what is said when threads wait for one that does not come.
#include "BlockRunner.h"
#include <algorithm>

namespace emulator {

// Threads that have ended are not waited for.
bool BlockRunner::isComplete(const Barrier& barrier) const {
    return barrier.arrived > 0 && barrier.arrived >= (barrier.count ? barrier.count : live);
}

void BlockRunner::arrive(uint32_t site, uint32_t id, uint32_t count, bool isAligned, bool arrivesOnly, bool value, uint32_t variant,
                         bool reduces) {
    if (id >= 16) fail(FaultKind::Failed, site, "barrier " + std::to_string(id) + " is none of 0 to 15");
    if (count % 32) fail(FaultKind::Failed, site, "a barrier for " + std::to_string(count) + " threads: no multiple of 32");
    Barrier& barrier = barriers[id];
    if (barrier.arrived > 0 && barrier.count != count) {
        fail(FaultKind::Failed, site,
             "barrier " + std::to_string(id) + " is for " + std::to_string(count) + " threads here and for " + std::to_string(barrier.count)
                 + " where others have come to it (0 is all)");
    }
    barrier.count = count;
    barrier.isAligned = isAligned;
    barrier.variant = variant;
    barrier.reduces = reduces;
    openBarriers += barrier.arrived++ == 0;
    barrier.trues += value;
    Lane& lane = lanes[current];
    if (!arrivesOnly) {
        lane.site = site;
        lane.barrier = id;
        lane.state = State::BarrierWait;
        barrier.waiting.push_back(current);
    }
    if (isComplete(barrier)) release(barrier);
    if (!arrivesOnly) leave();
}

void BlockRunner::release(Barrier& barrier) {
    if (barrier.isAligned) {
        // All threads of a warp come to an aligned barrier in the same place: a card counts warps there.
        std::vector<uint32_t> first(warpThreads.size(), ~0u);
        for (uint32_t number : barrier.waiting) {
            uint32_t& other = first[number / 32];
            if (other == ~0u) {
                other = number;
            } else if (lanes[other].site != lanes[number].site) {
                fail(FaultKind::Failed, lanes[number].site,
                     "divergent barrier: " + describeThread(number) + " is here, and of the same warp " + whereIs(other));
            }
        }
    }
    if (barrier.reduces) {
        uint32_t reduced = barrier.variant == BarrierCount ? barrier.trues
                           : barrier.variant == BarrierAnd ? barrier.trues == barrier.arrived
                                                           : barrier.trues > 0;
        for (uint32_t number : barrier.waiting) lanes[number].reduced = reduced;
    }
    std::vector<uint32_t> waiting;
    waiting.swap(barrier.waiting);
    barrier.arrived = barrier.count = barrier.trues = 0;
    openBarriers--;
    makeReady(waiting.data(), waiting.size());
    waiting.clear();
    barrier.waiting.swap(waiting);    // which keeps its room
}

// A thread has ended: the others may all have come.
void BlockRunner::releaseFinished() {
    if (openBarriers == 0) return;
    for (auto& barrier : barriers) {
        if (barrier.arrived > 0 && barrier.count == 0 && isComplete(barrier)) release(barrier);
    }
}

std::string BlockRunner::whereIs(uint32_t number) const {
    const Lane& lane = lanes[number];
    switch (lane.state) {
        case State::Done: return describeThread(number) + " has ended";
        case State::BarrierWait:
            return describeThread(number) + " waits at barrier " + std::to_string(lane.barrier) + ", " + describeSite(lane.site);
        case State::WarpWait: return describeThread(number) + " waits at " + describeSite(lane.operation->site);
        default: return describeThread(number) + " runs";
    }
}

// Nobody can go on, which is the end of the block. Says of one thread what it waits for, and where one is that it waits for.
void BlockRunner::reportDeadlock() {
    uint32_t threads = launch->threads();
    for (uint32_t number = 0; number < threads; number++) {
        const Lane& lane = lanes[number];
        if (lane.state != State::WarpWait) continue;
        uint32_t mask = lane.operation->mask, wanted = mask & warpThreads[number / 32], base = number / 32 * 32;
        for (uint32_t other = 0; other < 32; other++) {
            if (!(wanted >> other & 1)) continue;
            const WarpOperation* theirs = lanes[base + other].operation;
            const WarpOperation& mine = *lane.operation;
            if (theirs && theirs->kind == mine.kind && theirs->variant == mine.variant && theirs->mask == mask) continue;
            std::string where = whereIs(base + other);
            return record(FaultKind::Failed, number, lane.operation->site, "the threads that its mask names do not all come: " + where);
        }
    }
    for (uint32_t number = 0; number < threads; number++) {
        const Lane& lane = lanes[number];
        if (lane.state != State::BarrierWait) continue;
        const Barrier& barrier = barriers[lane.barrier];
        std::string others;
        for (uint32_t other = 0; other < threads && others.empty(); other++) {
            bool isElsewhere = lanes[other].state != State::BarrierWait || lanes[other].barrier != lane.barrier;
            if (isElsewhere && (barrier.count || lanes[other].state != State::Done)) others = ": " + whereIs(other);
        }
        return record(FaultKind::Failed, number, lane.site,
                      "divergent barrier: " + std::to_string(barrier.arrived) + " of "
                          + std::to_string(barrier.count ? barrier.count : live) + " threads come to barrier "
                          + std::to_string(lane.barrier) + others);
    }
}

}    // namespace emulator
