// Functions, what they may be launched with, and their launches.
#include "Machine.h"
#include <algorithm>
#include <cstring>

using namespace emulator;

namespace {

uint32_t staticBytes(const LoadedFunction& function) { return (uint32_t)((function.kernel->staticShared + 15) / 16 * 16); }

void requireLimits(const LoadedFunction& function, Index grid, Index block, uint32_t shared) {
    const ptx::Kernel& kernel = *function.kernel;
    std::string sizes = "grid " + std::to_string(grid.x) + "×" + std::to_string(grid.y) + "×" + std::to_string(grid.z) + " of blocks "
                        + std::to_string(block.x) + "×" + std::to_string(block.y) + "×" + std::to_string(block.z);
    auto refuse = [&](const std::string& why) { invalid("kernel " + kernel.name + ", " + sizes + ": " + why); };
    uint64_t threads = (uint64_t)block.x * block.y * block.z;
    if (threads == 0 || grid.x == 0 || grid.y == 0 || grid.z == 0) refuse("a size is 0");
    if (grid.x > 2147483647u || grid.y > 65535 || grid.z > 65535) refuse("a grid has at most 2147483647, 65535 and 65535 blocks");
    if (block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024)
        refuse("a block has at most 1024, 1024 and 64 threads, 1024 together");
    if (threads > (uint64_t)kernel.maxThreads)
        refuse("the kernel was compiled for blocks of at most " + std::to_string(kernel.maxThreads) + " threads");
    const int* wanted = kernel.reqThreads;
    if (wanted[0] && (block.x != (uint32_t)wanted[0] || block.y != (uint32_t)wanted[1] || block.z != (uint32_t)wanted[2]))
        refuse("the kernel was compiled for blocks of another size");
    if (shared > function.mostDynamicShared) {
        refuse(std::to_string(shared) + " bytes of dynamic shared memory, beside " + std::to_string(kernel.staticShared)
               + " static ones, are more than " + std::to_string(function.mostDynamicShared)
               + ", which CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES says");
    }
}

// The arguments as the kernel's parameter memory holds them: copied now, whatever happens to them later.
std::vector<uint8_t> gather(const ptx::Kernel& kernel, void** arguments, void** extra) {
    std::vector<uint8_t> memory(kernel.parameterBytes, 0);
    if (arguments) {
        for (size_t i = 0; i < kernel.parameters.size(); i++) {
            if (!arguments[i]) invalid("kernel " + kernel.name + ": argument " + std::to_string(i) + " is a null pointer");
            std::memcpy(memory.data() + kernel.parameters[i].offset, arguments[i], kernel.parameters[i].bytes);
        }
        return memory;
    }
    // CU_LAUNCH_PARAM_BUFFER_POINTER is 1, …_SIZE is 2, …_END is 0.
    const void* buffer = nullptr;
    size_t size = 0;
    for (size_t i = 0; extra && extra[i]; i += 2) {
        if (extra[i] == (void*)1) buffer = extra[i + 1];
        if (extra[i] == (void*)2) size = *static_cast<size_t*>(extra[i + 1]);
    }
    if (kernel.parameters.empty()) return memory;
    if (!buffer) invalid("kernel " + kernel.name + " has " + std::to_string(kernel.parameters.size()) + " parameters, and none are given");
    if (size < kernel.parameterBytes)
        invalid("kernel " + kernel.name + ": the arguments have " + std::to_string(size) + " bytes instead of "
                + std::to_string(kernel.parameterBytes));
    std::memcpy(memory.data(), buffer, kernel.parameterBytes);
    return memory;
}

CUresult codeOf(FaultKind kind) {
    switch (kind) {
        case FaultKind::IllegalAddress: return CUDA_ERROR_ILLEGAL_ADDRESS;
        case FaultKind::Misaligned: return CUDA_ERROR_MISALIGNED_ADDRESS;
        case FaultKind::IllegalInstruction: return CUDA_ERROR_ILLEGAL_INSTRUCTION;
        default: return CUDA_ERROR_LAUNCH_FAILED;
    }
}

void runLaunch(Machine& machine, Launch& launch, Turn& turn) {
    launch.number = machine.launches++;
    LaunchFault fault;
    std::vector<Allocation*> touched;
    run(launch, machine.memory, fault, touched);
    for (Allocation* allocation : touched) turn.touchMarked(*allocation);
    if (fault.isSet) machine.fail(codeOf(fault.kind), fault.text);
}

int multiprocessorBlocks(const LoadedFunction& function, int threads, size_t shared) {
    if (threads <= 0) invalid("a block has at least one thread");
    if (threads > function.kernel->maxThreads || threads > 1024) return 0;
    uint64_t most = Machine::mostShared();
    uint64_t memory = staticBytes(function) + shared;
    if (memory > most) return 0;
    int byThreads = 2048 / ((threads + 31) / 32 * 32), byShared = (int)((most + 1024) / (memory + 1024));
    int byRegisters = 65536 / (function.kernel->registers * ((threads + 31) / 32 * 32));
    return std::min({byThreads, byShared, byRegisters, 32});
}

}    // namespace

EMULATOR_EXPORT CUresult cuLaunchKernel(CUfunction handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                                        unsigned blockZ, unsigned shared, CUstream stream, void** arguments, void** extra) {
    return call([&](Machine& machine) {
        LoadedFunction& function = machine.function(handle);
        requireLimits(function, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, shared);
        auto launch = std::make_shared<Launch>();
        launch->kernel = function.kernel;
        launch->function = function.run;
        launch->sites = &function.module->translation.sites;
        launch->symbols = function.module->symbols.data();
        launch->grid = {gridX, gridY, gridZ};
        launch->block = {blockX, blockY, blockZ};
        launch->dynamicShared = shared;
        launch->arguments = gather(*function.kernel, arguments, extra);
        // The module stays for as long as work of it waits or is captured.
        machine.submit(machine.stream(stream),
                       {"kernel " + function.kernel->name, [launch, module = function.module, &machine](Turn& turn) {
                            if (!machine.modules.contains(module.get()))
                                return machine.fail(CUDA_ERROR_LAUNCH_FAILED, turn.name + ": its module has been unloaded");
                            runLaunch(machine, *launch, turn);
                        }});
    });
}

EMULATOR_EXPORT CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, CUfunction handle) {
    return call([&](Machine& machine) {
        require(value, "the value");
        LoadedFunction& function = machine.function(handle);
        const ptx::Kernel& kernel = *function.kernel;
        switch (attribute) {
            case CU_FUNC_MAX_THREADS_PER_BLOCK: *value = std::min(kernel.maxThreads, 65536 / kernel.registers / 32 * 32); break;
            case CU_FUNC_SHARED_SIZE_BYTES: *value = (int)kernel.staticShared; break;
            case CU_FUNC_CONST_SIZE_BYTES: *value = 0; break;
            case CU_FUNC_LOCAL_SIZE_BYTES: *value = (int)kernel.localBytes; break;
            case CU_FUNC_NUM_REGS: *value = kernel.registers; break;
            case CU_FUNC_PTX_VERSION: *value = function.module->version; break;
            case CU_FUNC_BINARY_VERSION: *value = Machine::capability(); break;
            case CU_FUNC_CACHE_MODE_CA: *value = 0; break;
            case CU_FUNC_MAX_DYNAMIC_SHARED_SIZE_BYTES: *value = (int)function.mostDynamicShared; break;
            case CU_FUNC_PREFERRED_SHARED_MEMORY_CARVEOUT: *value = -1; break;
            default: invalid("the emulator does not know attribute " + std::to_string(attribute));
        }
    });
}

EMULATOR_EXPORT CUresult cuFuncSetAttribute(CUfunction handle, CUfunction_attribute attribute, int value) {
    return call([&](Machine& machine) {
        LoadedFunction& function = machine.function(handle);
        if (attribute == CU_FUNC_PREFERRED_SHARED_MEMORY_CARVEOUT) return;
        if (attribute != CU_FUNC_MAX_DYNAMIC_SHARED_SIZE_BYTES) invalid("attribute " + std::to_string(attribute) + " cannot be set");
        if (value < 0 || (uint64_t)value + staticBytes(function) > Machine::mostShared()) {
            invalid("a block of kernel " + function.kernel->name + " can have at most "
                    + std::to_string(Machine::mostShared() - staticBytes(function)) + " bytes of dynamic shared memory, not "
                    + std::to_string(value));
        }
        function.mostDynamicShared = (uint32_t)value;
    });
}

EMULATOR_EXPORT CUresult cuFuncSetCacheConfig(CUfunction handle, int) {
    return call([&](Machine& machine) { machine.function(handle); });
}

EMULATOR_EXPORT CUresult cuFuncGetParamInfo(CUfunction handle, size_t index, size_t* offset, size_t* bytes) {
    return call([&](Machine& machine) {
        const auto& parameters = machine.function(handle).kernel->parameters;
        if (index >= parameters.size()) invalid("the kernel has " + std::to_string(parameters.size()) + " parameters");
        if (offset) *offset = parameters[index].offset;
        if (bytes) *bytes = parameters[index].bytes;
    });
}

EMULATOR_EXPORT CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction handle, int threads, size_t shared) {
    return call([&](Machine& machine) {
        require(blocks, "the number of blocks");
        *blocks = multiprocessorBlocks(machine.function(handle), threads, shared);
    });
}

EMULATOR_EXPORT CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, CUfunction handle, int threads, size_t shared,
                                                                              unsigned) {
    return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, handle, threads, shared);
}

// The callback, where there is one, gives the dynamic shared memory of a block of so many threads.
EMULATOR_EXPORT CUresult cuOccupancyMaxPotentialBlockSize(int* grid, int* block, CUfunction handle, size_t (*sharedOf)(int), size_t shared,
                                                          int limit) {
    return call([&](Machine& machine) {
        require(grid && block, "the sizes");
        LoadedFunction& function = machine.function(handle);
        int most = limit > 0 ? std::min(limit, 1024) : 1024, best = 0;
        for (int threads = most / 32 * 32; threads >= 32; threads -= 32) {
            int blocks = multiprocessorBlocks(function, threads, sharedOf ? sharedOf(threads) : shared);
            if (blocks * threads <= best) continue;
            best = blocks * threads;
            *block = threads;
            *grid = blocks * 16;
        }
        if (best == 0) invalid("no block of the kernel fits a multiprocessor");
    });
}
