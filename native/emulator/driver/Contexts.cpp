// The primary context, and which context is current on a thread.
#include "Machine.h"
#include <vector>

using namespace emulator;

namespace {

thread_local std::vector<CUcontext> below;    // of the current one on this thread's stack

void requireDevice(CUdevice device) {
    if (device != 0) throw Refusal(CUDA_ERROR_INVALID_DEVICE, "there is one device, 0");
}

void requireKnown(CUcontext context) {
    if (context && context != primaryContext()) throw Refusal(CUDA_ERROR_INVALID_CONTEXT, "this context does not exist");
}

unsigned contextFlags = 0;

}    // namespace

EMULATOR_EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
    return guarded(false, [&](Machine& machine) {
        require(context, "the context");
        requireDevice(device);
        machine.contextReferences++;
        *context = primaryContext();
    });
}

EMULATOR_EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    return guarded(false, [&](Machine& machine) {
        requireDevice(device);
        if (machine.contextReferences == 0)
            throw Refusal(CUDA_ERROR_INVALID_CONTEXT, "the primary context has been released more often than retained");
        if (--machine.contextReferences == 0) machine.reset("when the primary context is released");
    });
}

EMULATOR_EXPORT CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
    return guarded(false, [&](Machine& machine) {
        requireDevice(device);
        machine.reset(nullptr);
    });
}

EMULATOR_EXPORT CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
    return guarded(false, [&](Machine&) {
        requireDevice(device);
        contextFlags = flags;
    });
}

// The names from before CUDA 11, which the driver still has.
EMULATOR_EXPORT CUresult cuDevicePrimaryCtxRelease(CUdevice device) { return cuDevicePrimaryCtxRelease_v2(device); }
EMULATOR_EXPORT CUresult cuDevicePrimaryCtxReset(CUdevice device) { return cuDevicePrimaryCtxReset_v2(device); }
EMULATOR_EXPORT CUresult cuDevicePrimaryCtxSetFlags(CUdevice device, unsigned flags) {
    return cuDevicePrimaryCtxSetFlags_v2(device, flags);
}

EMULATOR_EXPORT CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
    return guarded(false, [&](Machine& machine) {
        require(flags && active, "the state");
        requireDevice(device);
        *flags = contextFlags;
        *active = machine.contextReferences > 0;
    });
}

EMULATOR_EXPORT CUresult cuCtxSetCurrent(CUcontext context) {
    return guarded(false, [&](Machine&) {
        requireKnown(context);
        currentContext() = context;
    });
}

EMULATOR_EXPORT CUresult cuCtxGetCurrent(CUcontext* context) {
    return guarded(false, [&](Machine&) {
        require(context, "the context");
        *context = currentContext();
    });
}

EMULATOR_EXPORT CUresult cuCtxPushCurrent_v2(CUcontext context) {
    return guarded(false, [&](Machine&) {
        require(context, "the context");
        requireKnown(context);
        below.push_back(currentContext());
        currentContext() = context;
    });
}

EMULATOR_EXPORT CUresult cuCtxPopCurrent_v2(CUcontext* context) {
    return guarded(false, [&](Machine&) {
        if (!currentContext()) throw Refusal(CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread");
        if (context) *context = currentContext();
        currentContext() = below.empty() ? nullptr : below.back();
        if (!below.empty()) below.pop_back();
    });
}

EMULATOR_EXPORT CUresult cuCtxSynchronize() {
    return call([](Machine& machine) {
        machine.requireNoCapture("cuCtxSynchronize");
        machine.queue->waitForAll();
    });
}

EMULATOR_EXPORT CUresult cuCtxGetApiVersion(CUcontext context, unsigned* version) {
    return guarded(false, [&](Machine&) {
        require(version, "the version");
        requireKnown(context);
        *version = 3020;
    });
}

EMULATOR_EXPORT CUresult cuCtxGetDevice(CUdevice* device) {
    return guarded(false, [&](Machine& machine) {
        machine.requireContext();
        require(device, "the device");
        *device = 0;
    });
}

EMULATOR_EXPORT CUresult cuCtxGetLimit(size_t* value, int limit) {
    return call([&](Machine&) {
        require(value, "the value");
        static const size_t values[] = {1024, 1 << 20, 8 << 20};    // stack, printf's buffer, heap
        if (limit < 0 || limit > 2)
            throw Refusal(CUDA_ERROR_UNSUPPORTED_LIMIT, "the emulator does not know limit " + std::to_string(limit));
        *value = values[limit];
    });
}

EMULATOR_EXPORT CUresult cuCtxSetLimit(int limit, size_t) {
    return call([&](Machine&) {
        if (limit < 0 || limit > 2)
            throw Refusal(CUDA_ERROR_UNSUPPORTED_LIMIT, "the emulator does not know limit " + std::to_string(limit));
    });
}

EMULATOR_EXPORT CUresult cuProfilerStart() {
    return call([](Machine&) {});
}

EMULATOR_EXPORT CUresult cuProfilerStop() {
    return call([](Machine&) {});
}
