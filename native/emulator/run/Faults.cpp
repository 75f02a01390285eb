// What a kernel asks the emulator for, and what is said when an access is not allowed.
#include "BlockRunner.h"
#include <cfenv>
#include <chrono>
#include <cmath>

namespace emulator {
namespace {

std::string text(const Index& index) {
    return "(" + std::to_string(index.x) + "," + std::to_string(index.y) + "," + std::to_string(index.z) + ")";
}

std::string hexadecimal(uint64_t value) {
    char number[24];
    std::snprintf(number, sizeof number, "0x%llx", (unsigned long long)value);
    return number;
}

uint64_t clockNow(uint32_t what) {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    uint64_t nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    return what == 0 ? nanoseconds * 14 / 10 : nanoseconds;
}

// One operation in another rounding of the processor's. The operands are volatile so that nothing is computed before the switch.
template <class T>
__attribute__((noinline)) T rounded(Rounding rounding, Operation operation, T a, T b, T c) {
    volatile T x = a, y = b, z = c, result = 0;
    std::fesetround(rounding == Rounding::Zero ? FE_TOWARDZERO : rounding == Rounding::Down ? FE_DOWNWARD : FE_UPWARD);
    switch (operation) {
        case Operation::Add: result = x + y; break;
        case Operation::Subtract: result = x - y; break;
        case Operation::Multiply: result = x * y; break;
        case Operation::Divide: result = x / y; break;
        case Operation::Fused: result = std::fma((T)x, (T)y, (T)z); break;
        case Operation::Root: result = std::sqrt((T)x); break;
    }
    std::fesetround(FE_TONEAREST);
    return result;
}

float roundedSingle(Rounding rounding, Operation operation, float a, float b, float c) { return rounded(rounding, operation, a, b, c); }
double roundedDouble(Rounding rounding, Operation operation, double a, double b, double c) { return rounded(rounding, operation, a, b, c); }

}    // namespace

Runtime BlockRunner::makeRuntime() {
    Runtime runtime{};
    runtime.find = [](Thread& thread, uint32_t site, uint64_t address) -> Site& { return of(thread).findSite(thread, site, address); };
    runtime.window = [](Thread& thread, uint32_t site, uint64_t address, uint32_t bytes) {
        return of(thread).inWindow(thread, site, address, bytes);
    };
    runtime.fault = [](Thread& thread, uint32_t site, uint64_t address, const char* what) {
        BlockRunner& runner = of(thread);
        std::string kind = what;
        if (kind == "trap") runner.fail(FaultKind::IllegalInstruction, site, "trap");
        if (kind == "index")
            runner.fail(FaultKind::Failed, site, "a branch to label " + std::to_string(address) + " of its list, which is shorter");
        bool isMisaligned = (address & (runner.launch->sites->at(site).bytes - 1)) != 0 && runner.launch->sites->at(site).bytes > 0;
        runner.fail(isMisaligned ? FaultKind::Misaligned : FaultKind::IllegalAddress, site,
                    kind + " address " + hexadecimal(address)
                        + (isMisaligned ? " is not aligned"
                                        : " is outside its memory ("
                                              + (kind == "shared" ? std::to_string(runner.block.sharedBytes) + " bytes from "
                                                                        + hexadecimal(SharedStart) + ")"
                                                                  : "of the thread)")));
    };
    runtime.warp = [](Thread& thread, WarpOperation& operation) { of(thread).warpOperation(operation); };
    runtime.barrier = [](Thread& thread, uint32_t site, uint32_t id, uint32_t count, bool isAligned, bool arrivesOnly) {
        of(thread).arrive(site, id, count, isAligned, arrivesOnly, false, BarrierCount, false);
    };
    runtime.barrierReduce = [](Thread& thread, uint32_t site, uint32_t id, uint32_t count, uint32_t variant, bool value) {
        BlockRunner& runner = of(thread);
        runner.arrive(site, id, count, true, false, value, variant, true);
        return runner.lanes[thread.number].reduced;
    };
    runtime.copyLater = [](Thread& thread, uint32_t site, uint8_t* to, const uint8_t* from, uint32_t bytes, uint32_t read) {
        of(thread).copyLater(site, to, from, bytes, read);
    };
    runtime.commitCopies = [](Thread& thread) { of(thread).lanes[thread.number].group++; };
    runtime.waitCopies = [](Thread& thread, uint32_t pending, bool isAll) { of(thread).waitCopies(pending, isAll); };
    runtime.exit = [](Thread& thread) {
        BlockRunner& runner = of(thread);
        runner.finish();
    };
    runtime.yield = [](Thread& thread) {
        BlockRunner& runner = of(thread);
        uint32_t number = thread.number;
        runner.makeReady(&number, 1);
        runner.leave();
    };
    runtime.clock = clockNow;
    runtime.roundedSingle = roundedSingle;
    runtime.roundedDouble = roundedDouble;
    return runtime;
}

// The place remembers the allocation that it has found.
Site& BlockRunner::findSite(Thread&, uint32_t number, uint64_t address) {
    const ptx::SiteInfo& info = launch->sites->at(number);
    Site& site = sites[number];
    if (address & (info.bytes - 1))
        fail(FaultKind::Misaligned, number,
             "address " + hexadecimal(address) + " is not aligned to " + std::to_string(info.bytes) + " bytes");
    std::string problem;
    {
        std::lock_guard guard(*lock);
        Allocation* found = memory->find(address);
        if (!found) {
            problem = memory->explain(address);
        } else if (found->end() - address < (uint64_t)info.bytes) {
            problem =
                hexadecimal(address) + " is less than " + std::to_string(info.bytes) + " bytes in front of the end of " + found->describe();
        } else {
            if (!found->isRead && !found->isWritten) touched->push_back(found);
            (info.writes ? found->isWritten : found->isRead) = true;
            filledSites.push_back(number);
            site = {found->base, found->size - info.bytes + 1, found->host, info.writes ? found->writeMarks : found->readMarks};
        }
    }
    if (!problem.empty()) fail(FaultKind::IllegalAddress, number, problem);
    return site;
}

uint8_t* BlockRunner::inWindow(Thread& thread, uint32_t number, uint64_t address, uint32_t bytes) {
    uint64_t offset = address & ~WindowBits, window = address & WindowBits;
    if (offset & (bytes - 1))
        fail(FaultKind::Misaligned, number, "address " + hexadecimal(address) + " is not aligned to " + std::to_string(bytes) + " bytes");
    int index = __builtin_ctz(bytes);
    if (window == SharedWindow && offset - SharedStart < block.shared.limits[index]) return block.shared.host + (offset - SharedStart);
    if (window == LocalWindow && offset - LocalStart < thread.local.limits[index]) return thread.local.host + (offset - LocalStart);
    if (window == ParamWindow && offset + bytes <= launch->kernel->parameterBytes && !launch->sites->at(number).writes) {
        return const_cast<uint8_t*>(block.parameters) + offset;
    }
    fail(FaultKind::IllegalAddress, number, "generic address " + hexadecimal(address) + " is in no memory");
}

std::string BlockRunner::describeThread(uint32_t number) const { return "thread " + text(lanes[number].thread.tid); }

std::string BlockRunner::describeSite(uint32_t site) const {
    const ptx::SiteInfo& info = launch->sites->at(site);
    return "line " + std::to_string(info.line) + " (" + info.text + ")";
}

// The first fault of a launch is kept.
void BlockRunner::record(FaultKind kind, uint32_t number, uint32_t site, const std::string& what) {
    if (!fault->isSet.exchange(true)) {
        fault->text = "kernel " + launch->kernel->name + ", block " + text(block.ctaid) + ", " + describeThread(number) + ", "
                      + describeSite(site) + ": " + what;
        fault->kind = kind;
    }
    isAbandoned = true;
}

// The fiber is left for good.
void BlockRunner::fail(FaultKind kind, uint32_t site, const std::string& what) {
    record(kind, current, site, what);
    leaveForever();
}

}    // namespace emulator
