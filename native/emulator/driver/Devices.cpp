// The card that there is not, and what it says of itself.
#include "../run/Settings.h"
#include "Machine.h"
#include <cstring>

using namespace emulator;

namespace {

constexpr const char* Name = "RobustSnn emulator (no card)";
constexpr int DriverVersion = 12040;

void requireDevice(CUdevice device) {
    if (device != 0) throw Refusal(CUDA_ERROR_INVALID_DEVICE, "there is one device, 0");
}

int attribute(CUdevice_attribute which) {
    int capability = Machine::capability();
    switch (which) {
        case CU_MAX_THREADS_PER_BLOCK:
        case CU_MAX_BLOCK_DIM_X:
        case CU_MAX_BLOCK_DIM_Y: return 1024;
        case CU_MAX_BLOCK_DIM_Z: return 64;
        case CU_MAX_GRID_DIM_X: return 2147483647;
        case CU_MAX_GRID_DIM_Y:
        case CU_MAX_GRID_DIM_Z: return 65535;
        case CU_MAX_SHARED_MEMORY_PER_BLOCK: return 48 << 10;
        case CU_TOTAL_CONSTANT_MEMORY: return 64 << 10;
        case CU_WARP_SIZE: return 32;
        case CU_MAX_PITCH: return 2147483647;
        case CU_MAX_REGISTERS_PER_BLOCK:
        case CU_MAX_REGISTERS_PER_MULTIPROCESSOR: return 65536;
        case CU_CLOCK_RATE: return 1400000;
        case CU_TEXTURE_ALIGNMENT: return 512;
        case CU_GPU_OVERLAP:
        case CU_CAN_MAP_HOST_MEMORY:
        case CU_CONCURRENT_KERNELS:
        case CU_UNIFIED_ADDRESSING: return 1;
        case CU_STREAM_PRIORITIES_SUPPORTED:
        case CU_MEMORY_POOLS_SUPPORTED: return 1;
        case CU_MULTIPROCESSOR_COUNT: return 16;
        case CU_PCI_BUS_ID: return 1;
        case CU_MEMORY_CLOCK_RATE: return 1000000;
        case CU_GLOBAL_MEMORY_BUS_WIDTH: return 128;
        case CU_L2_CACHE_SIZE: return 4 << 20;
        case CU_MAX_THREADS_PER_MULTIPROCESSOR:
            return capability == 75 ? 1024 : capability == 86 || capability == 89 || capability >= 120 ? 1536 : 2048;
        case CU_ASYNC_ENGINE_COUNT: return 2;
        case CU_COMPUTE_CAPABILITY_MAJOR: return capability / 10;
        case CU_COMPUTE_CAPABILITY_MINOR: return capability % 10;
        case CU_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR: return (int)Machine::mostShared() + 1024;
        case CU_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: return (int)Machine::mostShared();
        case CU_MAX_BLOCKS_PER_MULTIPROCESSOR: return capability == 75 || capability == 86 ? 16 : 32;
        case CU_RESERVED_SHARED_MEMORY_PER_BLOCK: return capability >= 80 ? 1024 : 0;
        default: return 0;
    }
}

CUresult uuid(CUuuid* uuid, CUdevice device) {
    return guarded(false, [&](Machine&) {
        require(uuid, "the UUID");
        requireDevice(device);
        std::memcpy(uuid->bytes, "RSNN-no-card-emu", 16);
    });
}

}    // namespace

EMULATOR_EXPORT CUresult cuInit(unsigned flags) {
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    try {
        Machine& machine = Machine::get();
        std::lock_guard guard(machine.lock);
        machine.isInitialized = true;
        return CUDA_SUCCESS;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "RobustSnn emulator: %s\n", error.what());
        return CUDA_ERROR_UNKNOWN;
    }
}

EMULATOR_EXPORT CUresult cuDriverGetVersion(int* version) {
    if (!version) return CUDA_ERROR_INVALID_VALUE;
    *version = DriverVersion;
    return CUDA_SUCCESS;
}

EMULATOR_EXPORT CUresult cuDeviceGetCount(int* count) {
    return guarded(false, [&](Machine&) {
        require(count, "the count");
        *count = 1;
    });
}

EMULATOR_EXPORT CUresult cuDeviceGet(CUdevice* device, int ordinal) {
    return guarded(false, [&](Machine&) {
        require(device, "the device");
        requireDevice(ordinal);
        *device = 0;
    });
}

EMULATOR_EXPORT CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
    return guarded(false, [&](Machine&) {
        require(name && length > 0, "the name");
        requireDevice(device);
        std::snprintf(name, length, "%s", Name);
    });
}

EMULATOR_EXPORT CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute which, CUdevice device) {
    return guarded(false, [&](Machine&) {
        require(value, "the value");
        requireDevice(device);
        if (which < 1 || which > CU_LAST_ATTRIBUTE) invalid("attribute " + std::to_string(which) + " does not exist");
        *value = attribute(which);
    });
}

EMULATOR_EXPORT CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
    return guarded(false, [&](Machine&) {
        require(bytes, "the size");
        requireDevice(device);
        *bytes = settings().memory;
    });
}

EMULATOR_EXPORT CUresult cuDeviceGetUuid(CUuuid* id, CUdevice device) { return uuid(id, device); }
EMULATOR_EXPORT CUresult cuDeviceGetUuid_v2(CUuuid* id, CUdevice device) { return uuid(id, device); }

EMULATOR_EXPORT CUresult cuDeviceGetPCIBusId(char* id, int length, CUdevice device) {
    return guarded(false, [&](Machine&) {
        require(id && length >= 13, "room for the PCI bus id");
        requireDevice(device);
        std::snprintf(id, length, "0000:01:00.0");
    });
}

EMULATOR_EXPORT CUresult cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
    return guarded(false, [&](Machine&) {
        require(major && minor, "the capability");
        requireDevice(device);
        *major = Machine::capability() / 10;
        *minor = Machine::capability() % 10;
    });
}
