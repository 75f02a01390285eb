// The emulated card and its driver: all that the libraries share.
#pragma once
#include "../run/Launch.h"
#include "../run/Queue.h"
#include "Cuda.h"
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>

namespace emulator {

struct LoadedFunction;

struct LoadedModule {
    ptx::Translation translation;
    std::vector<void*> libraries;     // of its compiled texts
    int version = 0;                  // of its PTX: 78
    std::vector<uint64_t> symbols;    // addresses of its variables
    std::map<std::string, std::unique_ptr<LoadedFunction>> functions;

    ~LoadedModule();
};

struct LoadedFunction {
    std::shared_ptr<LoadedModule> module;
    const ptx::Kernel* kernel;
    KernelFunction run;
    uint32_t mostDynamicShared = 0;    // that a launch may ask for
};

struct Graph;
struct GraphExec;

// A refusal: the code that a call returns, and why. Only a broken machine stays so (see Machine::fail).
struct Refusal : std::runtime_error {
    CUresult code;
    Refusal(CUresult code, const std::string& why) : std::runtime_error(why), code(code) {}
};

class Machine {
public:
    static Machine& get();

    std::recursive_mutex lock;
    bool isInitialized = false;
    int contextReferences = 0;
    Memory memory;
    std::unique_ptr<Queue> queue;
    std::map<uint64_t, uint64_t> pinned;      // host memory: where it begins, and how long it is
    std::map<uint64_t, void*> pinnedOwned;    // of these, what the emulator has allocated
    std::map<LoadedModule*, std::shared_ptr<LoadedModule>> modules;
    std::set<LoadedFunction*> functions;
    std::map<Event*, std::shared_ptr<Event>> events;
    std::set<Capture*> captures;
    std::set<Graph*> graphs;
    std::set<GraphExec*> executables;
    uint64_t launches = 0;

    // An error of work that ran: as on a card, it is what every call returns from now on.
    void fail(CUresult code, const std::string& why);
    CUresult broken = CUDA_SUCCESS;
    std::string detail;    // what rsnn_emulator_last_error gives

    // Everything as it was before the first context; says what had been left.
    void reset(const char* when);
    size_t reportLeaks(const char* when);
    bool hasLeaked = false;

    void requireContext() const;
    // Refuses a call that must not be made while a stream is captured, which spoils the capture.
    void requireNoCapture(const char* call);
    Stream& stream(CUstream handle);
    Event& event(CUevent handle);
    LoadedFunction& function(CUfunction handle);
    Allocation& allocationOf(CUdeviceptr address, uint64_t bytes, const char* what);
    bool isPinned(const void* host, uint64_t bytes) const;

    // Into the stream, or into the graph while it is captured.
    void submit(Stream& stream, Work work);

    // What the emulated card is.
    static int capability();
    static uint32_t mostShared();    // that a block can be given

private:
    Machine();
};

// The context that is current on this thread of the host.
CUcontext& currentContext();
CUcontext primaryContext();

// What a call does between its lock and its result: a Refusal is its code, and after an error of work nothing is done any more.
template <class Body>
CUresult guarded(bool needsContext, Body body) {
    try {
        Machine& machine = Machine::get();
        std::lock_guard guard(machine.lock);
        try {
            if (!machine.isInitialized) throw Refusal(CUDA_ERROR_NOT_INITIALIZED, "cuInit has not been called");
            if (needsContext) {
                machine.requireContext();
                if (machine.broken) return machine.broken;
            }
            body(machine);
            return needsContext ? machine.broken : CUDA_SUCCESS;
        } catch (const Refusal& refusal) {
            if (machine.broken) return machine.broken;
            machine.detail = refusal.what();
            return refusal.code;
        }
    } catch (const std::bad_alloc&) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "RobustSnn emulator: %s\n", error.what());
        return CUDA_ERROR_UNKNOWN;
    }
}

// A call that needs a context.
template <class Body>
CUresult call(Body body) {
    return guarded(true, body);
}

// Throws a Refusal with CUDA_ERROR_INVALID_VALUE.
[[noreturn]] void invalid(const std::string& why);
void require(bool isGiven, const char* what);

}    // namespace emulator
