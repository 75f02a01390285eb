// Memory of the card and page-locked memory of the host.
#include "../run/Settings.h"
#include "Machine.h"
#include <cstdlib>
#include <cstring>

using namespace emulator;

namespace {

Allocation& allocate(Machine& machine, CUdeviceptr* address, size_t bytes, Allocation::Kind kind) {
    require(address, "the address");
    if (bytes == 0) invalid("0 bytes cannot be allocated");
    Allocation* made = machine.memory.allocate(bytes, kind);
    if (!made) {
        // What is still to be freed in a stream is freed now.
        machine.queue->drain();
        made = machine.memory.allocate(bytes, kind);
    }
    if (!made) {
        throw Refusal(CUDA_ERROR_OUT_OF_MEMORY, std::to_string(bytes) + " bytes are asked for, and of " + std::to_string(settings().memory)
                                                    + " " + std::to_string(machine.memory.used) + " are taken");
    }
    *address = made->base;
    return *made;
}

// The allocation that begins at the address.
Allocation& beginning(Machine& machine, CUdeviceptr address) {
    Allocation* found = machine.memory.find(address);
    if (!found) invalid("what is freed is no allocation: " + machine.memory.explain(address));
    if (found->base != address) invalid("what is freed lies " + std::to_string(address - found->base) + " bytes into " + found->describe());
    if (found->kind == Allocation::Kind::Variable) invalid("what is freed is a " + found->describe());
    return *found;
}

CUresult allocateHost(void** host, size_t bytes) {
    return call([&](Machine& machine) {
        machine.requireNoCapture("an allocation of page-locked memory");
        require(host, "the address");
        if (bytes == 0) invalid("0 bytes cannot be allocated");
        void* made = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
        if (!made) throw Refusal(CUDA_ERROR_OUT_OF_MEMORY, "the host has no memory left");
        std::memset(made, 0xFF, bytes);
        machine.pinned[reinterpret_cast<uint64_t>(made)] = bytes;
        machine.pinnedOwned[reinterpret_cast<uint64_t>(made)] = made;
        *host = made;
    });
}

}    // namespace

EMULATOR_EXPORT CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
    return call([&](Machine& machine) {
        require(free && total, "the sizes");
        *total = settings().memory;
        *free = settings().memory - machine.memory.used;
    });
}

EMULATOR_EXPORT CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
    return call([&](Machine& machine) {
        machine.requireNoCapture("cuMemAlloc");
        allocate(machine, address, bytes, Allocation::Kind::Plain);
    });
}

// A card waits for everything before it frees.
EMULATOR_EXPORT CUresult cuMemFree_v2(CUdeviceptr address) {
    return call([&](Machine& machine) {
        if (address == 0) return;
        machine.requireNoCapture("cuMemFree");
        beginning(machine, address);
        machine.queue->waitForAll();
        machine.memory.free(&beginning(machine, address));
    });
}

// The memory may be used by what comes behind this in its stream.
EMULATOR_EXPORT CUresult cuMemAllocAsync(CUdeviceptr* address, size_t bytes, CUstream handle) {
    return call([&](Machine& machine) {
        Stream& stream = machine.stream(handle);
        if (stream.capture) throw Refusal(CUDA_ERROR_NOT_SUPPORTED, "the emulator does not capture allocations");
        uint64_t base = allocate(machine, address, bytes, Allocation::Kind::Ordered).base;
        machine.submit(stream, {"cuMemAllocAsync", [base, &machine](Turn& turn) {
                                    if (Allocation* allocation = machine.memory.find(base))
                                        turn.touch(*allocation, 0, allocation->size, true);
                                }});
    });
}

EMULATOR_EXPORT CUresult cuMemFreeAsync(CUdeviceptr address, CUstream handle) {
    return call([&](Machine& machine) {
        if (address == 0) return;
        Stream& stream = machine.stream(handle);
        if (stream.capture) throw Refusal(CUDA_ERROR_NOT_SUPPORTED, "the emulator does not capture freeing");
        beginning(machine, address);
        machine.submit(stream, {"cuMemFreeAsync", [address, &machine](Turn& turn) {
                                    Allocation* allocation = machine.memory.find(address);
                                    if (!allocation)
                                        return machine.fail(CUDA_ERROR_INVALID_VALUE, "cuMemFreeAsync: " + machine.memory.explain(address));
                                    turn.touch(*allocation, 0, allocation->size, true);
                                    machine.memory.free(allocation);
                                }});
    });
}

EMULATOR_EXPORT CUresult cuMemAllocHost_v2(void** host, size_t bytes) { return allocateHost(host, bytes); }
EMULATOR_EXPORT CUresult cuMemHostAlloc(void** host, size_t bytes, unsigned) { return allocateHost(host, bytes); }

EMULATOR_EXPORT CUresult cuMemFreeHost(void* host) {
    return call([&](Machine& machine) {
        machine.requireNoCapture("cuMemFreeHost");
        auto owned = machine.pinnedOwned.find(reinterpret_cast<uint64_t>(host));
        if (owned == machine.pinnedOwned.end()) invalid("what is freed is no page-locked allocation");
        machine.queue->waitForAll();
        machine.pinned.erase(owned->first);
        std::free(owned->second);
        machine.pinnedOwned.erase(owned);
    });
}

EMULATOR_EXPORT CUresult cuMemHostRegister_v2(void* host, size_t bytes, unsigned) {
    return call([&](Machine& machine) {
        machine.requireNoCapture("cuMemHostRegister");
        require(host && bytes, "the memory");
        auto begin = reinterpret_cast<uint64_t>(host);
        for (const auto& [other, length] : machine.pinned) {
            if (begin < other + length && other < begin + bytes) {
                throw Refusal(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, "a part of the memory is page-locked already");
            }
        }
        machine.pinned[begin] = bytes;
    });
}

EMULATOR_EXPORT CUresult cuMemHostUnregister(void* host) {
    return call([&](Machine& machine) {
        machine.requireNoCapture("cuMemHostUnregister");
        auto begin = reinterpret_cast<uint64_t>(host);
        if (!machine.pinned.contains(begin) || machine.pinnedOwned.contains(begin)) {
            throw Refusal(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, "no memory that begins here has been registered");
        }
        machine.queue->waitForAll();
        machine.pinned.erase(begin);
    });
}

// Attribute 2 is whose memory it is, 1 its context, 3 and 4 its addresses on the card and the host, 9 the device.
EMULATOR_EXPORT CUresult cuPointerGetAttribute(void* value, int attribute, CUdeviceptr address) {
    return call([&](Machine& machine) {
        require(value, "the value");
        bool isDevice = machine.memory.find(address) != nullptr, isHost = machine.isPinned(reinterpret_cast<void*>(address), 1);
        if (!isDevice && !isHost) invalid("the address is neither the card's nor page-locked");
        switch (attribute) {
            case 1: *static_cast<CUcontext*>(value) = primaryContext(); break;
            case 2: *static_cast<unsigned*>(value) = isDevice ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST; break;
            case 3:
                if (!isDevice) invalid("the emulator's card does not see the host's memory");
                *static_cast<CUdeviceptr*>(value) = address;
                break;
            case 4:
                if (isDevice) invalid("the host does not see the card's memory");
                *static_cast<CUdeviceptr*>(value) = address;
                break;
            case 9: *static_cast<int*>(value) = 0; break;
            default: invalid("the emulator does not know attribute " + std::to_string(attribute));
        }
    });
}

EMULATOR_EXPORT CUresult cuMemGetAddressRange_v2(CUdeviceptr* base, size_t* bytes, CUdeviceptr address) {
    return call([&](Machine& machine) {
        Allocation* found = machine.memory.find(address);
        if (!found) throw Refusal(CUDA_ERROR_NOT_FOUND, machine.memory.explain(address));
        if (base) *base = found->base;
        if (bytes) *bytes = found->size;
    });
}
