#include "Machine.h"
#include "../run/Settings.h"
#include "Graphs.h"
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

namespace emulator {
namespace {

// One primary context is all that a handle can be.
char contextObject;

thread_local CUcontext current = nullptr;

std::string sizeOf(uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

// At the end of the process: what is still allocated has been forgotten.
struct AtExit {
    ~AtExit() {
        Machine& machine = Machine::get();
        if (machine.contextReferences > 0) machine.hasLeaked |= machine.reportLeaks("at the end of the process") > 0;
        if (!machine.hasLeaked || !settings().failsOnLeaks) return;
        std::fflush(nullptr);
        _exit(86);
    }
};

}    // namespace

// Never destroyed: other libraries may call it while the process ends.
Machine& Machine::get() {
    static Machine& machine = *new Machine;
    static AtExit atExit;
    return machine;
}

Machine::Machine() { reset(nullptr); }

CUcontext& currentContext() { return current; }
CUcontext primaryContext() { return reinterpret_cast<CUcontext>(&contextObject); }

int Machine::capability() { return settings().capability; }

// As NVIDIA's table of compute capabilities has it.
uint32_t Machine::mostShared() {
    switch (capability()) {
        case 70: return 96 << 10;
        case 75: return 64 << 10;
        case 80:
        case 87: return 163 << 10;
        case 86:
        case 89:
        case 120: return 99 << 10;
        default: return capability() >= 90 ? 227 << 10 : 48 << 10;
    }
}

LoadedModule::~LoadedModule() {
    for (void* library : libraries) dlclose(library);
}

void Machine::fail(CUresult code, const std::string& why) {
    if (broken) return;
    broken = code;
    detail = why;
    std::fprintf(stderr, "RobustSnn emulator: %s\n", why.c_str());
}

size_t Machine::reportLeaks(const char* when) {
    size_t count = 0;
    for (const auto& [base, allocation] : memory.allocations) {
        if (allocation->kind == Allocation::Kind::Variable) continue;
        if (++count <= 10) std::fprintf(stderr, "RobustSnn emulator: %s is not freed %s\n", allocation->describe().c_str(), when);
    }
    if (count > 10) std::fprintf(stderr, "RobustSnn emulator: nor are %zu more\n", count - 10);
    for (const auto& [host, bytes] : pinned) {
        if (++count <= 20)
            std::fprintf(stderr, "RobustSnn emulator: page-locked memory (%s) is not freed %s\n", sizeOf(bytes).c_str(), when);
    }
    return count;
}

void Machine::reset(const char* when) {
    if (when) {
        if (broken == CUDA_SUCCESS) queue->waitForAll();
        hasLeaked |= reportLeaks(when) > 0;
    }
    for (GraphExec* executable : executables) delete executable;
    for (Graph* graph : graphs) delete graph;
    for (Capture* capture : captures) delete capture;
    executables.clear();
    graphs.clear();
    captures.clear();
    events.clear();
    functions.clear();
    for (const auto& [handle, module] : modules) module->functions.clear();    // which hold the module
    modules.clear();
    for (const auto& [begin, owned] : pinnedOwned) std::free(owned);
    pinnedOwned.clear();
    pinned.clear();
    while (!memory.allocations.empty()) memory.free(memory.allocations.begin()->second.get());
    broken = CUDA_SUCCESS;
    launches = 0;
    queue = std::make_unique<Queue>(settings().seed);
    queue->onRace = [this](const std::string& why) { fail(CUDA_ERROR_LAUNCH_FAILED, why); };
    queue->isBroken = [this] { return broken != CUDA_SUCCESS; };
}

void Machine::requireContext() const {
    if (!current) throw Refusal(CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread");
    if (contextReferences == 0) throw Refusal(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the primary context has been released");
}

void Machine::requireNoCapture(const char* call) {
    for (Capture* capture : captures) {
        bool isMine = capture->thread == std::this_thread::get_id();
        bool forbids = capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL || (capture->mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL && isMine);
        if (!forbids) continue;
        capture->isSpoiled = true;
        throw Refusal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, std::string(call) + " is called while a stream is captured");
    }
}

// 0 and 1 are the default stream; that of a thread (2) is taken as the same, which orders more than a card does.
Stream& Machine::stream(CUstream handle) {
    auto number = reinterpret_cast<uintptr_t>(handle);
    if (number <= 2) return *queue->defaultStream();
    auto* stream = reinterpret_cast<Stream*>(handle);
    if (!queue->has(stream)) throw Refusal(CUDA_ERROR_INVALID_HANDLE, "the stream does not exist");
    return *stream;
}

Event& Machine::event(CUevent handle) {
    auto* event = reinterpret_cast<Event*>(handle);
    if (!events.contains(event)) throw Refusal(CUDA_ERROR_INVALID_HANDLE, "the event does not exist");
    return *event;
}

LoadedFunction& Machine::function(CUfunction handle) {
    auto* function = reinterpret_cast<LoadedFunction*>(handle);
    if (!functions.contains(function))
        throw Refusal(CUDA_ERROR_INVALID_HANDLE, "the function does not exist, or its module has been unloaded");
    return *function;
}

Allocation& Machine::allocationOf(CUdeviceptr address, uint64_t bytes, const char* what) {
    Allocation* found = memory.find(address);
    if (!found) invalid(std::string(what) + ": " + memory.explain(address));
    if (found->end() - address < bytes) {
        invalid(std::string(what) + " of " + sizeOf(bytes) + " from " + std::to_string(address - found->base) + " on goes past the end of "
                + found->describe());
    }
    return *found;
}

bool Machine::isPinned(const void* host, uint64_t bytes) const {
    auto address = reinterpret_cast<uint64_t>(host);
    auto after = pinned.upper_bound(address);
    if (after == pinned.begin()) return false;
    const auto& [begin, length] = *std::prev(after);
    return address >= begin && address + bytes <= begin + length;
}

void Machine::submit(Stream& stream, Work work) {
    if (stream.capture) {
        if (stream.capture->isSpoiled)
            throw Refusal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture has been spoiled by a call before");
        return stream.capture->add(stream, std::move(work));
    }
    if (&stream == queue->defaultStream()) {
        for (Capture* capture : captures) {
            bool isBlocking = false;
            for (const auto& [captured, after] : capture->heads) isBlocking |= captured->waitsForDefault;
            if (!isBlocking) continue;
            capture->isSpoiled = true;
            throw Refusal(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "work in the default stream would wait for a stream that is captured");
        }
    }
    queue->add(stream, std::move(work));
}

void invalid(const std::string& why) { throw Refusal(CUDA_ERROR_INVALID_VALUE, why); }

void require(bool isGiven, const char* what) {
    if (!isGiven) invalid(std::string(what) + " is not given");
}

}    // namespace emulator

EMULATOR_EXPORT const char* rsnn_emulator_last_error() {
    static thread_local std::string text;
    emulator::Machine& machine = emulator::Machine::get();
    std::lock_guard guard(machine.lock);
    text = machine.detail;
    return text.c_str();
}
