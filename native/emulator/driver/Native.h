// How the emulated libraries (cuBLAS, cuSPARSE) do their work in the driver's streams.
#pragma once
#include "Cuda.h"
#include <functional>
#include <string>

namespace emulator {

#define EMULATOR_SHARED __attribute__((visibility("default")))

// What native work is given while it is done: the host's view of the card's memory, checked as a kernel's accesses are.
class EMULATOR_SHARED NativeTurn {
public:
    // count runs of so many bytes, the next stride bytes behind the one before. nullptr where that is no memory of the card:
    // the error is then noted as a kernel's would be, and the work is to return.
    uint8_t* use(CUdeviceptr address, uint64_t bytes, bool writes, uint64_t stride = 0, uint64_t count = 1);

    // Notes an error as a kernel's would be; the work is to return.
    void fail(CUresult code, const std::string& why);

    struct Turn& turn;
};

// Puts work into a stream, or into the graph that is captured from it.
EMULATOR_SHARED CUresult submitNative(CUstream stream, const std::string& name, std::function<void(NativeTurn&)> work);

// Whether a stream may be used, and a context is current.
EMULATOR_SHARED CUresult checkStream(CUstream stream);

// Wall time since the process began, in seconds.
EMULATOR_SHARED double uptime();

}    // namespace emulator
