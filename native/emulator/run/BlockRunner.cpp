#include "BlockRunner.h"
#include "Settings.h"
#include <algorithm>
#include <cstring>

namespace emulator {
namespace {

thread_local BlockRunner* running = nullptr;

void setLimits(Window& window, uint64_t bytes) {
    for (int i = 0; i < 5; i++) window.limits[i] = bytes >= (1u << i) ? bytes - (1u << i) + 1 : 0;
}

}    // namespace

BlockRunner::~BlockRunner() = default;

const Runtime& BlockRunner::runtime() {
    static const Runtime runtime = makeRuntime();
    return runtime;
}

void BlockRunner::begin(const Launch& launch, Memory& memory, LaunchFault& fault, std::vector<Allocation*>& touched, std::mutex& lock) {
    this->launch = &launch;
    this->memory = &memory;
    this->fault = &fault;
    this->touched = &touched;
    this->lock = &lock;
    isAbandoned = false;
    const ptx::Kernel& kernel = *launch.kernel;
    for (uint32_t filled : filledSites) sites[filled] = {};
    filledSites.clear();
    if (sites.size() < launch.sites->size()) sites.resize(launch.sites->size(), Site{});
    uint64_t staticBytes = launch.dynamicShared ? (kernel.staticShared + 15) / 16 * 16 : kernel.staticShared;
    uint64_t sharedBytes = staticBytes + launch.dynamicShared;
    if (sharedMemory.size() < sharedBytes + 16) sharedMemory.resize(sharedBytes + 16);
    block.ntid = launch.block;
    block.nctaid = launch.grid;
    block.shared.host = reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(sharedMemory.data()) + 15) & ~(uintptr_t)15);
    setLimits(block.shared, sharedBytes);
    block.dynamicShared = SharedStart + (kernel.staticShared + 15) / 16 * 16;
    block.dynamicBytes = launch.dynamicShared;
    block.sharedBytes = (uint32_t)sharedBytes;
    block.parameters = launch.arguments.data();
    block.symbols = launch.symbols;
    block.sites = sites.data();
    block.runtime = &runtime();
    block.multiprocessor = 0;
    block.runner = this;
    prepareLanes();
}

void BlockRunner::prepareLanes() {
    uint32_t threads = launch->threads();
    const ptx::Kernel& kernel = *launch->kernel;
    if (lanes.size() < threads) lanes.resize(threads);
    uint64_t localBytes = (LocalStart + kernel.localBytes + 15) / 16 * 16 - LocalStart;
    Index size = launch->block;
    bool isPrepared = size.x == preparedBlock.x && size.y == preparedBlock.y && size.z == preparedBlock.z && localBytes == preparedLocal
                      && kernel.waits == preparedWaits;
    if (isPrepared) return;
    preparedBlock = size, preparedLocal = localBytes, preparedWaits = kernel.waits;
    uint64_t copies = kernel.waits ? threads : 1;
    if (localMemory.size() < localBytes * copies + 16) localMemory.resize(localBytes * copies + 16);
    auto* localStart = reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(localMemory.data()) + 15) & ~(uintptr_t)15);
    for (uint32_t i = 0; i < threads; i++) {
        Thread& thread = lanes[i].thread;
        thread.tid = {i % launch->block.x, i / launch->block.x % launch->block.y, i / launch->block.x / launch->block.y};
        thread.number = i;
        thread.lane = i % 32;
        thread.warp = i / 32;
        thread.local.host = localStart + (kernel.waits ? localBytes * i : 0);
        setLimits(thread.local, localBytes);
        thread.block = &block;
    }
    uint32_t warps = (threads + 31) / 32;
    warpThreads.assign(warps, ~0u);
    if (threads % 32) warpThreads.back() = (1u << threads % 32) - 1;
}

Fiber& BlockRunner::fiberOf(uint32_t number) {
    if (!lanes[number].fiber) {
        lanes[number].fiber = std::make_unique<Fiber>();
        lanes[number].fiber->begin(launch->kernel->waits ? waitingEntry : throughEntry);
    }
    return *lanes[number].fiber;
}

void BlockRunner::runBlock(uint64_t index) {
    block.ctaid = {(uint32_t)(index % launch->grid.x), (uint32_t)(index / launch->grid.x % launch->grid.y),
                   (uint32_t)(index / launch->grid.x / launch->grid.y)};
    random = Random(settings().seed * 0x9E3779B97F4A7C15ull + launch->number * 0xBF58476D1CE4E5B9ull + index);
    std::memset(block.shared.host, 0xFF, block.sharedBytes);
    drawOrder();
    running = this;
    if (launch->kernel->waits) {
        runWaiting();
    } else {
        runThrough();
    }
    running = nullptr;
    if (isAbandoned) {
        // Fibers stand in the middle of a kernel that nobody goes on with.
        for (auto& lane : lanes) lane.fiber.reset();
    }
}

// Warps in any order, and the threads of each in any.
void BlockRunner::drawOrder() {
    uint32_t threads = launch->threads(), warps = (threads + 31) / 32;
    order.clear();
    uint32_t start = random.below(warps), step = 1;
    if (warps > 2) {
        do step = 1 + random.below(warps - 1);
        while (std::__gcd(step, warps) != 1);
    }
    for (uint32_t w = 0, warp = start; w < warps; w++, warp = (warp + step) % warps) {
        uint32_t factor = 2 * random.below(16) + 1, shift = random.below(32);
        for (uint32_t i = 0; i < 32; i++) {
            uint32_t number = warp * 32 + ((i * factor + shift) & 31);
            if (number < threads) order.push_back(number);
        }
    }
}

void BlockRunner::runThrough() {
    current = order[0];
    Fiber& fiber = fiberOf(0);
    fiber.begin(throughEntry);
    emulator_switch(&schedulerPlace, fiber.place);
}

void BlockRunner::throughEntry() {
    BlockRunner& runner = *running;
    const uint64_t localBytes = runner.launch->kernel->localBytes;
    for (uint32_t number : runner.order) {
        Thread& thread = runner.lanes[number].thread;
        runner.current = number;
        thread.localTop = LocalStart;
        if (localBytes) std::memset(thread.local.host, 0xFF, localBytes);
        runner.launch->function(thread, runner.block);
        if (!runner.lanes[number].copies.empty()) runner.waitCopies(0, true);
    }
    runner.leaveForever();
}

void BlockRunner::runWaiting() {
    uint32_t threads = launch->threads();
    live = threads;
    ready.assign(order.begin(), order.end());
    nextReady = 0;
    warpWaiting.assign(warpThreads.size(), 0);
    openBarriers = 0;
    for (auto& barrier : barriers) {
        barrier.waiting.clear();
        barrier.arrived = barrier.count = barrier.trues = 0;
    }
    for (uint32_t i = 0; i < threads; i++) {
        lanes[i].state = State::Ready;
        lanes[i].operation = nullptr;
        fiberOf(i);
        lanes[i].fiber->begin(waitingEntry);
    }
    while (live > 0 && !isAbandoned) {
        if (nextReady < ready.size()) {
            current = ready[nextReady++];
            emulator_switch(&schedulerPlace, lanes[current].fiber->place);
        } else if (!completeActive()) {
            reportDeadlock();
        }
    }
}

void BlockRunner::waitingEntry() {
    BlockRunner& runner = *running;
    Lane& lane = runner.lanes[runner.current];
    lane.thread.localTop = LocalStart;
    uint64_t localBytes = runner.launch->kernel->localBytes;
    if (localBytes) std::memset(lane.thread.local.host, 0xFF, localBytes);
    runner.launch->function(lane.thread, runner.block);
    runner.finish();
}

void BlockRunner::finish() {
    Lane& lane = lanes[current];
    if (!lane.copies.empty()) waitCopies(0, true);
    lane.state = State::Done;
    live--;
    releaseFinished();
    leave();
}

// Goes on with whichever thread is next; comes back when this one is.
void BlockRunner::leave() {
    uint32_t before = current;
    void** keep = &lanes[before].fiber->place;
    if (nextReady < ready.size()) {
        uint32_t next = ready[nextReady++];
        if (next == before) return;
        current = next;
        emulator_switch(keep, lanes[next].fiber->place);
    } else {
        emulator_switch(keep, schedulerPlace);
    }
}

void BlockRunner::leaveForever() {
    void* nowhere;
    emulator_switch(&nowhere, schedulerPlace);
    __builtin_unreachable();
}

void BlockRunner::makeReady(uint32_t* numbers, size_t count) {
    random.shuffle(numbers, count);
    if (nextReady == ready.size()) {
        ready.clear();
        nextReady = 0;
    } else if (nextReady > 4096) {
        // Threads that look for others in a loop come back again and again.
        ready.erase(ready.begin(), ready.begin() + (std::ptrdiff_t)nextReady);
        nextReady = 0;
    }
    for (size_t i = 0; i < count; i++) {
        lanes[numbers[i]].state = State::Ready;
        ready.push_back(numbers[i]);
    }
}

}    // namespace emulator
