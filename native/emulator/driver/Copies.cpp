// Copies and fills. Those from and to page-locked memory happen late, so that a buffer that is used too early shows.
#include "Machine.h"
#include <algorithm>
#include <cstring>
#include <vector>

using namespace emulator;

namespace {

// What a range of the card's memory is once the work is done: its allocation may have been freed by then.
uint8_t* use(Machine& machine, Turn& turn, CUdeviceptr address, uint64_t bytes, bool writes) {
    Allocation* found = machine.memory.find(address);
    if (!found || found->end() - address < bytes) {
        machine.fail(CUDA_ERROR_ILLEGAL_ADDRESS,
                     turn.name + ": " + (found ? "it goes past the end of " + found->describe() : machine.memory.explain(address)));
        return nullptr;
    }
    turn.touch(*found, address - found->base, bytes, writes);
    return found->host + (address - found->base);
}

void toDevice(CUdeviceptr to, const void* from, size_t bytes, CUstream handle, bool isAsync) {
    Machine& machine = Machine::get();
    if (bytes == 0) return;
    require(from, "the source");
    machine.allocationOf(to, bytes, "a copy to the card");
    Stream& stream = machine.stream(handle);
    if (!isAsync) machine.requireNoCapture("a copy that waits");
    // Pageable memory is read at once; a graph reads it whenever it runs, and page-locked memory is read when the copy happens.
    bool isLate = machine.isPinned(from, bytes) || stream.capture;
    std::shared_ptr<std::vector<uint8_t>> staged;
    if (!isLate) {
        auto* first = static_cast<const uint8_t*>(from);
        staged = std::make_shared<std::vector<uint8_t>>(first, first + bytes);
    }
    machine.submit(stream, {isAsync ? "cuMemcpyHtoDAsync" : "cuMemcpyHtoD", [=, &machine](Turn& turn) {
                                if (uint8_t* place = use(machine, turn, to, bytes, true))
                                    std::memcpy(place, staged ? staged->data() : from, bytes);
                            }});
    if (!isAsync) machine.queue->wait(stream);
}

void toHost(void* to, CUdeviceptr from, size_t bytes, CUstream handle, bool isAsync) {
    Machine& machine = Machine::get();
    if (bytes == 0) return;
    require(to, "the destination");
    machine.allocationOf(from, bytes, "a copy to the host");
    Stream& stream = machine.stream(handle);
    if (!isAsync) machine.requireNoCapture("a copy that waits");
    machine.submit(stream, {isAsync ? "cuMemcpyDtoHAsync" : "cuMemcpyDtoH", [=, &machine](Turn& turn) {
                                if (uint8_t* place = use(machine, turn, from, bytes, false)) std::memcpy(to, place, bytes);
                            }});
    // Into pageable memory a copy has happened when the call returns.
    if (!isAsync || (!stream.capture && !machine.isPinned(to, bytes))) machine.queue->wait(stream);
}

void within(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream handle, bool isAsync) {
    Machine& machine = Machine::get();
    if (bytes == 0) return;
    machine.allocationOf(to, bytes, "the destination of a copy");
    machine.allocationOf(from, bytes, "the source of a copy");
    Stream& stream = machine.stream(handle);
    if (!isAsync) machine.requireNoCapture("a copy that waits");
    machine.submit(stream, {isAsync ? "cuMemcpyDtoDAsync" : "cuMemcpyDtoD", [=, &machine](Turn& turn) {
                                uint8_t* source = use(machine, turn, from, bytes, false);
                                uint8_t* place = source ? use(machine, turn, to, bytes, true) : nullptr;
                                if (place) std::memmove(place, source, bytes);
                            }});
}

void anywhere(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream handle, bool isAsync) {
    Machine& machine = Machine::get();
    bool toCard = machine.memory.find(to), fromCard = machine.memory.find(from);
    if (toCard && fromCard) return within(to, from, bytes, handle, isAsync);
    if (toCard) return toDevice(to, reinterpret_cast<void*>(from), bytes, handle, isAsync);
    if (fromCard) return toHost(reinterpret_cast<void*>(to), from, bytes, handle, isAsync);
    invalid("neither address is the card's");
}

template <class T>
void fill(CUdeviceptr to, T value, size_t count, CUstream handle, bool isAsync) {
    Machine& machine = Machine::get();
    if (count == 0) return;
    if (to % sizeof(T)) invalid("the address is not aligned to " + std::to_string(sizeof(T)) + " bytes");
    machine.allocationOf(to, count * sizeof(T), "a fill");
    Stream& stream = machine.stream(handle);
    if (!isAsync) machine.requireNoCapture("a fill of the default stream");
    machine.submit(stream, {"cuMemsetD" + std::to_string(8 * sizeof(T)), [=, &machine](Turn& turn) {
                                if (uint8_t* place = use(machine, turn, to, count * sizeof(T), true))
                                    std::fill_n(reinterpret_cast<T*>(place), count, value);
                            }});
}

}    // namespace

EMULATOR_EXPORT CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
    return call([&](Machine&) { toDevice(to, from, bytes, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
    return call([&](Machine&) { toDevice(to, from, bytes, stream, true); });
}
EMULATOR_EXPORT CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
    return call([&](Machine&) { toHost(to, from, bytes, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return call([&](Machine&) { toHost(to, from, bytes, stream, true); });
}
EMULATOR_EXPORT CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    return call([&](Machine&) { within(to, from, bytes, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return call([&](Machine&) { within(to, from, bytes, stream, true); });
}
EMULATOR_EXPORT CUresult cuMemcpy(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    return call([&](Machine&) { anywhere(to, from, bytes, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return call([&](Machine&) { anywhere(to, from, bytes, stream, true); });
}
EMULATOR_EXPORT CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t count) {
    return call([&](Machine&) { fill<uint8_t>(to, value, count, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemsetD16_v2(CUdeviceptr to, unsigned short value, size_t count) {
    return call([&](Machine&) { fill<uint16_t>(to, value, count, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t count) {
    return call([&](Machine&) { fill<uint32_t>(to, value, count, nullptr, false); });
}
EMULATOR_EXPORT CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
    return call([&](Machine&) { fill<uint8_t>(to, value, count, stream, true); });
}
EMULATOR_EXPORT CUresult cuMemsetD16Async(CUdeviceptr to, unsigned short value, size_t count, CUstream stream) {
    return call([&](Machine&) { fill<uint16_t>(to, value, count, stream, true); });
}
EMULATOR_EXPORT CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream stream) {
    return call([&](Machine&) { fill<uint32_t>(to, value, count, stream, true); });
}
