// Runs blocks, one after the other, on one thread of the host. Each thread of a block is a fiber that runs until it has to wait for others;
// a kernel in which none ever waits has its threads run through on a single fiber.
#pragma once
#include "../device/warp.h"
#include "Fiber.h"
#include "Launch.h"
#include "Random.h"
#include <memory>
#include <mutex>

namespace emulator {

class BlockRunner {
public:
    ~BlockRunner();
    void begin(const Launch& launch, Memory& memory, LaunchFault& fault, std::vector<Allocation*>& touched, std::mutex& lock);
    void runBlock(uint64_t index);

    static const Runtime& runtime();

private:
    enum class State : uint8_t { Ready, WarpWait, BarrierWait, Done };
    struct Copy {
        uint8_t* to;
        const uint8_t* from;
        uint32_t bytes, read, site;
        uint32_t group;
    };
    struct Lane {
        Thread thread;
        State state;
        std::unique_ptr<Fiber> fiber;
        WarpOperation* operation = nullptr;
        uint32_t site = 0, barrier = 0;
        bool value = false;    // brought to a reducing barrier
        uint32_t reduced = 0;
        std::vector<Copy> copies;    // that have not arrived
        uint32_t group = 0;          // of copies, the one that is being gathered
    };
    struct Barrier {
        uint32_t arrived = 0, count = 0, trues = 0;
        uint32_t variant = 0;    // of a reducing one
        bool isAligned = false, reduces = false;
        std::vector<uint32_t> waiting;
    };
    struct BlockState : Block {
        BlockRunner* runner;
    };

    const Launch* launch = nullptr;
    Memory* memory = nullptr;
    LaunchFault* fault = nullptr;
    std::vector<Allocation*>* touched = nullptr;
    std::mutex* lock = nullptr;

    BlockState block;
    std::vector<Lane> lanes;
    std::vector<Site> sites;
    std::vector<uint32_t> filledSites;
    std::vector<uint8_t> sharedMemory, localMemory;
    std::vector<uint32_t> warpWaiting;    // by warp: lanes that wait in an operation of it
    std::vector<uint32_t> warpThreads;    // by warp: lanes that there are
    std::vector<uint32_t> ready;
    size_t nextReady = 0;
    Barrier barriers[16];
    uint32_t openBarriers = 0;    // to which some have come, and not all
    std::vector<uint32_t> order;
    Random random{0};
    uint32_t current = 0, live = 0;
    void* schedulerPlace = nullptr;
    bool isAbandoned = false;

    // BlockRunner.cpp
    void prepareLanes();
    Index preparedBlock{0, 0, 0};
    uint64_t preparedLocal = 0;
    bool preparedWaits = false;
    void runThrough();
    void runWaiting();
    void drawOrder();
    Fiber& fiberOf(uint32_t number);
    static void throughEntry();
    static void waitingEntry();
    void finish();
    void leave();
    [[noreturn]] void leaveForever();
    void makeReady(uint32_t* numbers, size_t count);

    // Barriers.cpp
    bool isComplete(const Barrier& barrier) const;
    void arrive(uint32_t site, uint32_t id, uint32_t count, bool isAligned, bool arrivesOnly, bool value, uint32_t variant, bool reduces);
    void release(Barrier& barrier);
    void releaseFinished();
    void reportDeadlock();
    std::string whereIs(uint32_t number) const;

    // WarpOperations.cpp
    void warpOperation(WarpOperation& operation);
    void complete(uint32_t warp, uint32_t lanes);
    bool completeActive();
    void computeShuffle(uint32_t warp, uint32_t lanes);
    void computeVote(uint32_t warp, uint32_t lanes);
    void computeMatch(uint32_t warp, uint32_t lanes);
    void computeReduce(uint32_t warp, uint32_t lanes);
    void computeMatrix(uint32_t warp);
    void computeLoadMatrix(uint32_t warp);

    // Faults.cpp
    Site& findSite(Thread& thread, uint32_t site, uint64_t address);
    uint8_t* inWindow(Thread& thread, uint32_t site, uint64_t address, uint32_t bytes);
    void record(FaultKind kind, uint32_t number, uint32_t site, const std::string& what);
    [[noreturn]] void fail(FaultKind kind, uint32_t site, const std::string& what);
    std::string describeThread(uint32_t number) const;
    std::string describeSite(uint32_t site) const;

    // Copies.cpp
    void copyLater(uint32_t site, uint8_t* to, const uint8_t* from, uint32_t bytes, uint32_t read);
    void waitCopies(uint32_t pending, bool isAll);

    static BlockRunner& of(Thread& thread) { return *static_cast<BlockState*>(thread.block)->runner; }
    static Runtime makeRuntime();
};

}    // namespace emulator
