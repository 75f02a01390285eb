// Modules: PTX is read, translated, compiled and loaded; its variables get memory.
#include "../run/Compiler.h"
#include "Machine.h"
#include <algorithm>
#include <cstring>
#include <dlfcn.h>

using namespace emulator;

namespace {

// The newest PTX that a driver of CUDA 12.4 takes.
constexpr int NewestVersion = 84;

// What the just-in-time compiler has to say, for the buffers that the caller has given.
struct Log {
    char* buffer = nullptr;
    size_t room = 0;
    void** used = nullptr;

    void write(const std::string& text) {
        size_t length = buffer && room ? std::min(text.size(), room - 1) : 0;
        if (buffer && room) {
            std::memcpy(buffer, text.data(), length);
            buffer[length] = 0;
        }
        if (used) *used = reinterpret_cast<void*>(length ? length + 1 : 0);
    }
};

struct Logs {
    Log info, error;
};

Logs readOptions(unsigned count, CUjit_option* options, void** values) {
    Logs logs;
    if (count) require(options && values, "the options");
    for (unsigned i = 0; i < count; i++) {
        auto number = reinterpret_cast<uintptr_t>(values[i]);
        switch (options[i]) {
            case CU_JIT_INFO_LOG_BUFFER: logs.info.buffer = static_cast<char*>(values[i]); break;
            case CU_JIT_ERROR_LOG_BUFFER: logs.error.buffer = static_cast<char*>(values[i]); break;
            case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES: logs.info.room = (unsigned)number, logs.info.used = values + i; break;
            case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES: logs.error.room = (unsigned)number, logs.error.used = values + i; break;
            default: break;
        }
    }
    return logs;
}

uint64_t addressOf(const LoadedModule& module, const std::string& name) {
    size_t i = 0;
    while (module.translation.variables[i].name != name) i++;
    return module.symbols[i];
}

void placeVariables(Machine& machine, LoadedModule& module) {
    for (const auto& variable : module.translation.variables) {
        Allocation* made = machine.memory.allocate(std::max<uint64_t>(variable.bytes, 1), Allocation::Kind::Variable);
        if (!made) throw Refusal(CUDA_ERROR_OUT_OF_MEMORY, "no memory for variable '" + variable.name + "'");
        made->name = variable.name;
        std::memset(made->host, 0, made->size);    // variables without a value begin as zeros
        module.symbols.push_back(made->base);
    }
    for (size_t i = 0; i < module.symbols.size(); i++) {
        const auto& variable = module.translation.variables[i];
        uint8_t* at = machine.memory.find(module.symbols[i])->host;
        for (const auto& value : variable.values) {
            uint64_t bits = value.bits + (value.symbol.empty() ? 0 : addressOf(module, value.symbol));
            std::memcpy(at, &bits, variable.type.bytes());
            at += variable.type.bytes();
        }
    }
}

std::shared_ptr<LoadedModule> translated(const std::string& text) {
    ptx::Module parsed = ptx::parse(text);
    int version = parsed.versionMajor * 10 + parsed.versionMinor;
    if (version > NewestVersion) {
        throw Refusal(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "ptxas application ptx input, line 1; fatal   : Unsupported .version "
                                                              + std::to_string(parsed.versionMajor) + "."
                                                              + std::to_string(parsed.versionMinor) + "; current version is '8.4'");
    }
    if (parsed.target > Machine::capability()) {
        throw Refusal(CUDA_ERROR_NO_BINARY_FOR_GPU, "the module is for sm_" + std::to_string(parsed.target)
                                                        + ", and the emulated card is sm_" + std::to_string(Machine::capability()));
    }
    auto module = std::make_shared<LoadedModule>();
    module->version = version;
    module->translation = ptx::translate(parsed);
    uint64_t constants = 0;
    for (const auto& variable : parsed.variables) constants += variable.space == ptx::Space::Const ? variable.bytes : 0;
    if (constants > 64 << 10) throw ptx::Fault(1, "more than 64 KiB of constant memory");
    for (const auto& kernel : module->translation.kernels) {
        if (kernel.staticShared > 48 << 10) {
            throw ptx::Fault(kernel.line, "kernel " + kernel.name + " has " + std::to_string(kernel.staticShared)
                                              + " bytes of static shared memory, more than 48 KiB");
        }
    }
    return module;
}

void load(Machine& machine, CUmodule* handle, const void* image, Logs logs) {
    machine.requireNoCapture("cuModuleLoadData");
    require(handle && image, "the module's image");
    logs.info.write("");
    logs.error.write("");
    std::string text = static_cast<const char*>(image);
    // A cubin, a fat binary or nothing at all: what has no directive is no PTX.
    if (text.find(".version") == std::string::npos) throw Refusal(CUDA_ERROR_INVALID_IMAGE, "the image is no PTX");
    std::shared_ptr<LoadedModule> module;
    try {
        module = translated(text);
        module->libraries = compile(module->translation.texts);
    } catch (const ptx::Fault& fault) {
        std::string log = "ptxas application ptx input, line " + std::to_string(fault.line) + "; error   : " + fault.what()
                          + "\nptxas fatal   : Ptx assembly aborted due to errors";
        logs.error.write(log);
        throw Refusal(CUDA_ERROR_INVALID_PTX, log);
    } catch (const CompilerMissing& missing) {
        logs.error.write(missing.what());
        throw Refusal(CUDA_ERROR_JIT_COMPILER_NOT_FOUND, missing.what());
    } catch (const Refusal& refusal) {
        logs.error.write(refusal.what());
        throw;
    } catch (const std::exception& error) {
        logs.error.write(error.what());
        throw Refusal(CUDA_ERROR_UNKNOWN, error.what());
    }
    placeVariables(machine, *module);
    for (const auto& kernel : module->translation.kernels) {
        auto function = std::make_unique<LoadedFunction>();
        function->module = module;
        function->kernel = &kernel;
        function->mostDynamicShared = (48u << 10) - (uint32_t)kernel.staticShared;
        function->run = reinterpret_cast<KernelFunction>(dlsym(module->libraries[kernel.text], kernel.symbol.c_str()));
        if (!function->run) throw Refusal(CUDA_ERROR_UNKNOWN, "the compiled module has no kernel " + kernel.name);
        machine.functions.insert(function.get());
        module->functions[kernel.name] = std::move(function);
    }
    machine.modules[module.get()] = module;
    *handle = reinterpret_cast<CUmodule>(module.get());
}

LoadedModule& moduleOf(Machine& machine, CUmodule handle) {
    auto found = machine.modules.find(reinterpret_cast<LoadedModule*>(handle));
    if (found == machine.modules.end()) throw Refusal(CUDA_ERROR_INVALID_HANDLE, "the module does not exist");
    return *found->second;
}

}    // namespace

EMULATOR_EXPORT CUresult cuModuleLoadData(CUmodule* module, const void* image) {
    return call([&](Machine& machine) { load(machine, module, image, {}); });
}

EMULATOR_EXPORT CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned count, CUjit_option* options, void** values) {
    return call([&](Machine& machine) { load(machine, module, image, readOptions(count, options, values)); });
}

EMULATOR_EXPORT CUresult cuModuleUnload(CUmodule handle) {
    return call([&](Machine& machine) {
        LoadedModule& module = moduleOf(machine, handle);
        machine.requireNoCapture("cuModuleUnload");
        machine.queue->waitForAll();
        for (uint64_t symbol : module.symbols) machine.memory.free(machine.memory.find(symbol));
        for (const auto& [name, function] : module.functions) machine.functions.erase(function.get());
        std::shared_ptr<LoadedModule> kept = machine.modules[&module];
        machine.modules.erase(kept.get());
        kept->functions.clear();
    });
}

EMULATOR_EXPORT CUresult cuModuleGetFunction(CUfunction* function, CUmodule handle, const char* name) {
    return call([&](Machine& machine) {
        require(function && name, "the function");
        LoadedModule& module = moduleOf(machine, handle);
        auto found = module.functions.find(name);
        if (found == module.functions.end()) throw Refusal(CUDA_ERROR_NOT_FOUND, std::string("the module has no kernel '") + name + "'");
        *function = reinterpret_cast<CUfunction>(found->second.get());
    });
}

EMULATOR_EXPORT CUresult cuModuleGetGlobal_v2(CUdeviceptr* address, size_t* bytes, CUmodule handle, const char* name) {
    return call([&](Machine& machine) {
        require(name, "the name");
        LoadedModule& module = moduleOf(machine, handle);
        for (size_t i = 0; i < module.symbols.size(); i++) {
            if (module.translation.variables[i].name != name) continue;
            if (address) *address = module.symbols[i];
            if (bytes) *bytes = module.translation.variables[i].bytes;
            return;
        }
        throw Refusal(CUDA_ERROR_NOT_FOUND, std::string("the module has no variable '") + name + "'");
    });
}
