// A module's functions one after the other, and what is known of each kernel.
#include "Writer.h"
#include <algorithm>

namespace emulator::ptx {
namespace {

uint64_t roundUp(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

// The shared variables that an operand, or any operand of a function, names.
void namedShared(const Operand& operand, const std::map<std::string, const Variable*>& shared, std::set<std::string>& names) {
    if (operand.form == Operand::Form::Symbol && shared.contains(operand.name)) names.insert(operand.name);
    for (const auto& part : operand.parts) namedShared(part, shared, names);
}

std::set<std::string> namedShared(const Function& function, const std::map<std::string, const Variable*>& shared) {
    std::set<std::string> names;
    for (const auto& instruction : function.body) {
        for (const auto& operand : instruction.operands) namedShared(operand, shared, names);
    }
    return names;
}

// Lays variables one behind the other; those without a length are the launch's and have no place here.
struct SharedLayout {
    std::map<std::string, uint64_t> offsets;
    uint64_t end = 0;

    void add(const Variable& variable) {
        if (variable.isExternal || variable.bytes == 0 || offsets.contains(variable.name)) return;
        offsets[variable.name] = roundUp(end, variable.alignment);
        end = offsets[variable.name] + variable.bytes;
    }
};

// A guess: what the PTX names, and no more than a card has for the largest block that the kernel may be launched with.
int registersOf(const Function& function) {
    int count = 0;
    for (const auto& [name, type] : function.registers) count += type.kind == Kind::Predicate ? 0 : type.bits == 64 ? 2 : 1;
    return std::clamp(count, 16, std::clamp(65536 / function.maxThreads, 16, 255));
}

}    // namespace

Translation translate(const Module& module) {
    Translation result;
    ModuleText all{module, result, {}, {}, {}};
    for (size_t i = 0; i < module.variables.size(); i++) all.variables[module.variables[i].name] = i;
    for (const auto& variable : module.shared) all.shared[variable.name] = &variable;
    for (size_t i = 0; i < module.functions.size(); i++) {
        if (module.functions[i].hasBody) all.functions[module.functions[i].name] = (int)i;
    }
    result.variables = module.variables;
    for (const auto& variable : module.variables) {
        for (const auto& value : variable.values) {
            bool isKnown = value.symbol.empty() || all.variables.contains(value.symbol);
            if (!isKnown) throw Fault(variable.line, "'" + value.symbol + "' is no variable of this module that has an address");
        }
    }

    struct Written {
        std::string text, declaration;
        bool waits, addsFloats;
        std::set<int> calls;
        uint64_t localBytes, sharedBytes;
    };
    // What functions name lies at the same place for every kernel that may call them, in front of what only the kernel names.
    SharedLayout common;
    for (const auto& function : module.functions) {
        if (function.isEntry) continue;
        for (const auto& name : namedShared(function, all.shared)) common.add(*all.shared[name]);
    }
    std::map<int, Written> written;
    for (auto& [name, index] : all.functions) {
        const Function& function = module.functions[index];
        SharedLayout layout = common;
        if (function.isEntry) {
            for (const auto& shared : namedShared(function, all.shared)) layout.add(*all.shared[shared]);
        }
        Writer writer(all, function, index, layout.offsets);
        std::string text = writer.write();
        uint64_t localBytes = 0, slack = 0;
        for (const auto& variable : function.locals) {
            localBytes = roundUp(localBytes, variable.alignment) + variable.bytes;
            slack = std::max<uint64_t>(slack, variable.alignment);
        }
        written[index] = {text, "", writer.waits, writer.addsFloats, writer.calls, localBytes + slack, layout.end};
        written[index].declaration = writer.signature() + ";\n";
    }

    // A kernel's text begins a new file where the one before has become long; what it calls is written in each file that needs it.
    constexpr size_t Long = 150000;
    std::set<int> inFile;
    for (const auto& [index, each] : written) {
        const Function& function = module.functions[index];
        if (!function.isEntry) continue;
        Kernel kernel;
        kernel.line = function.line;
        kernel.name = function.name;
        kernel.symbol = "kernel_" + std::to_string(index);
        kernel.parameters = function.parameters;
        kernel.parameterBytes = function.parameterBytes;
        kernel.maxThreads = function.maxThreads;
        std::copy(function.reqThreads, function.reqThreads + 3, kernel.reqThreads);
        kernel.registers = registersOf(function);
        // All that it calls, directly or not.
        std::set<int> reached = {index};
        for (bool grows = true; grows;) {
            grows = false;
            for (int known : std::set<int>(reached)) {
                for (int called : written[known].calls) grows |= reached.insert(called).second;
            }
        }
        if (result.texts.empty() || result.texts.back().size() > Long) {
            result.texts.push_back("#include \"device.h\"\n\nusing namespace emulator;\n\n");
            inFile.clear();
        }
        kernel.text = result.texts.size() - 1;
        std::string& text = result.texts.back();
        std::set<int> missing;
        for (int known : reached) {
            if (inFile.insert(known).second) missing.insert(known);
        }
        for (int known : missing) text += written[known].declaration;
        for (int known : missing) text += written[known].text;
        for (int known : reached) {
            kernel.waits |= written[known].waits;
            kernel.addsFloats |= written[known].addsFloats;
            kernel.localBytes += written[known].localBytes;
        }
        if (kernel.localBytes > 512 << 10)
            throw Fault(function.line, "kernel " + kernel.name + " has more than 512 KiB of local memory a thread");
        kernel.staticShared = written[index].sharedBytes;
        result.kernels.push_back(kernel);
    }
    return result;
}

}    // namespace emulator::ptx
