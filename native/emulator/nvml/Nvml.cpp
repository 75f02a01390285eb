// The part of NVML that asks a card for its energy. There is no card: what is told is 100 W for as long as the process has lived,
// under the emulator's name. Only the way of the calls can be tested with it.
#include "../driver/Native.h"
#include <cstdio>
#include <cstring>
#include <mutex>

namespace {

enum nvmlReturn_t : int {
    NVML_SUCCESS = 0,
    NVML_ERROR_UNINITIALIZED = 1,
    NVML_ERROR_INVALID_ARGUMENT = 2,
    NVML_ERROR_NOT_SUPPORTED = 3,
    NVML_ERROR_NOT_FOUND = 6,
    NVML_ERROR_INSUFFICIENT_SIZE = 7,
    NVML_ERROR_UNKNOWN = 999
};

constexpr double Watts = 100;
constexpr const char *Name = "RobustSnn emulator (no card)", *Uuid = "GPU-52534e4e-2d6e-6f2d-6361-72642d656d75";

std::mutex lock;
int users = 0;
char device;

bool isInitialized() {
    std::lock_guard guard(lock);
    return users > 0;
}

nvmlReturn_t handleOf(bool isFound, void** handle) {
    if (!isInitialized()) return NVML_ERROR_UNINITIALIZED;
    if (!handle) return NVML_ERROR_INVALID_ARGUMENT;
    if (!isFound) return NVML_ERROR_NOT_FOUND;
    *handle = &device;
    return NVML_SUCCESS;
}

nvmlReturn_t check(const void* handle, const void* result) {
    if (!isInitialized()) return NVML_ERROR_UNINITIALIZED;
    return handle == &device && result ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}

nvmlReturn_t copy(const char* from, char* to, unsigned room) {
    if (std::strlen(from) >= room) return NVML_ERROR_INSUFFICIENT_SIZE;
    std::strcpy(to, from);
    return NVML_SUCCESS;
}

// 0000:01:00.0 and 00000000:01:00.0 are the same place.
bool isBusId(const char* id) {
    if (!id) return false;
    unsigned domain, bus, device, function;
    return std::sscanf(id, "%x:%x:%x.%x", &domain, &bus, &device, &function) == 4 && domain == 0 && bus == 1 && device == 0
           && function == 0;
}

}    // namespace

EMULATOR_EXPORT nvmlReturn_t nvmlInit_v2() {
    std::lock_guard guard(lock);
    users++;
    emulator::uptime();
    return NVML_SUCCESS;
}

EMULATOR_EXPORT nvmlReturn_t nvmlShutdown() {
    std::lock_guard guard(lock);
    if (users == 0) return NVML_ERROR_UNINITIALIZED;
    users--;
    return NVML_SUCCESS;
}

EMULATOR_EXPORT const char* nvmlErrorString(nvmlReturn_t result) {
    switch (result) {
        case NVML_SUCCESS: return "Success";
        case NVML_ERROR_UNINITIALIZED: return "Uninitialized";
        case NVML_ERROR_INVALID_ARGUMENT: return "Invalid Argument";
        case NVML_ERROR_NOT_SUPPORTED: return "Not Supported";
        case NVML_ERROR_NOT_FOUND: return "Not Found";
        case NVML_ERROR_INSUFFICIENT_SIZE: return "Insufficient Size";
        default: return "Unknown Error";
    }
}

EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetCount_v2(unsigned* count) {
    if (!isInitialized()) return NVML_ERROR_UNINITIALIZED;
    if (!count) return NVML_ERROR_INVALID_ARGUMENT;
    *count = 1;
    return NVML_SUCCESS;
}

EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, void** handle) {
    return index == 0 || !isInitialized() ? handleOf(true, handle) : NVML_ERROR_INVALID_ARGUMENT;
}
EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetHandleByUUID(const char* uuid, void** handle) {
    return handleOf(uuid && std::strcmp(uuid, Uuid) == 0, handle);
}
EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char* id, void** handle) { return handleOf(isBusId(id), handle); }

EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetName(void* handle, char* name, unsigned room) {
    nvmlReturn_t result = check(handle, name);
    return result ? result : copy(Name, name, room);
}

EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetUUID(void* handle, char* uuid, unsigned room) {
    nvmlReturn_t result = check(handle, uuid);
    return result ? result : copy(Uuid, uuid, room);
}

// In millijoules.
EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(void* handle, unsigned long long* energy) {
    nvmlReturn_t result = check(handle, energy);
    if (!result) *energy = (unsigned long long)(emulator::uptime() * Watts * 1000);
    return result;
}

// In milliwatts.
EMULATOR_EXPORT nvmlReturn_t nvmlDeviceGetPowerUsage(void* handle, unsigned* power) {
    nvmlReturn_t result = check(handle, power);
    if (!result) *power = (unsigned)(Watts * 1000);
    return result;
}
