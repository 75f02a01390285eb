#include "Native.h"
#include "Machine.h"
#include <chrono>

namespace emulator {

uint8_t* NativeTurn::use(CUdeviceptr address, uint64_t bytes, bool writes, uint64_t stride, uint64_t count) {
    Machine& machine = Machine::get();
    uint64_t whole = count == 0 ? 0 : (count - 1) * stride + bytes;
    Allocation* found = machine.memory.find(address);
    if (!found || found->end() - address < whole) {
        std::string why = found ? std::to_string(whole) + " bytes from " + std::to_string(address - found->base) + " on go past the end of "
                                      + found->describe()
                                : machine.memory.explain(address);
        machine.fail(CUDA_ERROR_ILLEGAL_ADDRESS, turn.name + ": " + why);
        return nullptr;
    }
    uint64_t offset = address - found->base;
    for (uint64_t i = 0; i < count; i++) turn.touch(*found, offset + i * stride, bytes, writes);
    return found->host + offset;
}

void NativeTurn::fail(CUresult code, const std::string& why) { Machine::get().fail(code, turn.name + ": " + why); }

CUresult submitNative(CUstream stream, const std::string& name, std::function<void(NativeTurn&)> work) {
    return call([&](Machine& machine) {
        machine.submit(machine.stream(stream), {name, [work = std::move(work)](Turn& turn) {
                                                    NativeTurn native{turn};
                                                    work(native);
                                                }});
    });
}

CUresult checkStream(CUstream stream) {
    return call([&](Machine& machine) { machine.stream(stream); });
}

double uptime() {
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}    // namespace emulator
