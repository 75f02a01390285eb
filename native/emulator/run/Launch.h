// A kernel with its grid and arguments, ready to run.
#pragma once
#include "../device/thread.h"
#include "../ptx/Translation.h"
#include "Memory.h"
#include "Order.h"
#include <atomic>
#include <string>
#include <vector>

namespace emulator {

using KernelFunction = void (*)(Thread&, Block&);

struct Launch {
    const ptx::Kernel* kernel = nullptr;
    KernelFunction function = nullptr;
    const std::vector<ptx::SiteInfo>* sites = nullptr;
    const uint64_t* symbols = nullptr;
    Index grid{1, 1, 1}, block{1, 1, 1};
    uint32_t dynamicShared = 0;
    std::vector<uint8_t> arguments;
    uint64_t number = 0;    // of the process's launches: part of the seed

    uint32_t threads() const { return block.x * block.y * block.z; }
    uint64_t blocks() const { return (uint64_t)grid.x * grid.y * grid.z; }
};

enum class FaultKind { None, IllegalAddress, Misaligned, Failed, IllegalInstruction };

// What went wrong in a launch first. Filled once, by whichever thread of the host comes first.
struct LaunchFault {
    std::atomic<bool> isSet = false;
    FaultKind kind = FaultKind::None;
    std::string text;
};

// Runs all blocks of a launch in an order drawn from the seed, several side by side. Afterwards the allocations that were touched are
// marked (Allocation::readMarks, writeMarks) and listed.
void run(const Launch& launch, Memory& memory, LaunchFault& fault, std::vector<Allocation*>& touched);

}    // namespace emulator
