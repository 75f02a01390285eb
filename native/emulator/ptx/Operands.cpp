// How operands are read, written and addressed in the C++ text.
#include "Writer.h"
#include <cstdio>
#include <cstring>

namespace emulator::ptx {
namespace {

std::string hexadecimal(uint64_t value, int bits) {
    char number[32];
    std::snprintf(number, sizeof number, bits > 32 ? "0x%llxull" : "0x%llxu", (unsigned long long)value);
    return number;
}

}    // namespace

std::string Writer::read(const Instruction& instruction, const Operand& operand, Type type) {
    std::string wanted = cppType(type);
    switch (operand.form) {
        case Operand::Form::Register: {
            std::string stored = storageType(operand.type);
            if (stored == wanted) return operand.isNegated ? "!" + operand.name : operand.name;
            bool isWhole = type.kind != Kind::Float && type.kind != Kind::Predicate;
            bool isStoredWhole = operand.type.kind != Kind::Float && operand.type.kind != Kind::Predicate;
            if (isWhole && isStoredWhole && operand.type.bits >= type.bits) return "(" + wanted + ")" + operand.name;
            if (operand.type.bits == type.bits) return "bits<" + wanted + ">(" + operand.name + ")";
            if (isWhole && operand.type.kind == Kind::Float && operand.type.bits > type.bits) {
                return "(" + wanted + ")bits<uint" + std::to_string(operand.type.bits) + "_t>(" + operand.name + ")";
            }
            fail(instruction, "a register of " + std::to_string(operand.type.bits) + " bits is read as " + std::to_string(type.bits));
        }
        case Operand::Form::Integer:
            if (type.kind == Kind::Predicate) return operand.bits ? "true" : "false";
            if (type.kind == Kind::Float) fail(instruction, "a whole number where a float is expected");
            return "(" + wanted + ")" + hexadecimal(type.bits == 64 ? operand.bits : operand.bits & ((1ull << type.bits) - 1), type.bits);
        case Operand::Form::Real: {
            double value;
            float single;
            uint32_t word = (uint32_t)operand.bits;
            if (type.bits == 32) {
                if (!operand.isSingle) {
                    std::memcpy(&value, &operand.bits, 8);
                    single = (float)value;
                    std::memcpy(&word, &single, 4);
                }
                return type.kind == Kind::Float ? "bits<float>(" + hexadecimal(word, 32) + ")" : "(" + wanted + ")" + hexadecimal(word, 32);
            }
            if (type.bits != 64 || operand.isSingle) fail(instruction, "a float of another width");
            return type.kind == Kind::Float ? "bits<double>(" + hexadecimal(operand.bits, 64) + ")"
                                            : "(" + wanted + ")" + hexadecimal(operand.bits, 64);
        }
        case Operand::Form::Special: return "(" + wanted + ")" + special(instruction, operand.name);
        case Operand::Form::Symbol:
            if (operand.name == "WARP_SZ") return "(" + wanted + ")32u";
            return "(" + wanted + ")" + symbolAddress(instruction, operand.name, operand.offset);
        default: fail(instruction, "an operand that cannot be read");
    }
}

std::string Writer::special(const Instruction& instruction, const std::string& name) {
    static const std::map<std::string, std::string> registers = {
        {"%laneid", "thread.lane"},
        {"%warpid", "thread.warp"},
        {"%smid", "block.multiprocessor"},
        {"%nwarpid", "((block.ntid.x * block.ntid.y * block.ntid.z + 31u) / 32u)"},
        {"%lanemask_eq", "(1u << thread.lane)"},
        {"%lanemask_lt", "((1u << thread.lane) - 1u)"},
        {"%lanemask_le", "(((1u << thread.lane) - 1u) | 1u << thread.lane)"},
        {"%lanemask_gt", "(~1u << thread.lane)"},
        {"%lanemask_ge", "(~0u << thread.lane)"},
        {"%gridid", "0u"},
        {"%clock", "block.runtime->clock(0)"},
        {"%clock64", "block.runtime->clock(0)"},
        {"%clock_hi", "(block.runtime->clock(0) >> 32)"},
        {"%globaltimer", "block.runtime->clock(1)"},
        {"%globaltimer_lo", "block.runtime->clock(1)"},
        {"%globaltimer_hi", "(block.runtime->clock(1) >> 32)"},
        {"%dynamic_smem_size", "block.dynamicBytes"},
        {"%total_smem_size", "block.sharedBytes"},
    };
    auto found = registers.find(name);
    if (found != registers.end()) return found->second;
    for (const char* index : {"tid", "ntid", "ctaid", "nctaid"}) {
        std::string prefix = std::string("%") + index + ".";
        if (name.rfind(prefix, 0) == 0 && name.size() == prefix.size() + 1 && std::strchr("xyz", name.back())) {
            return std::string(index == std::string("tid") ? "thread." : "block.") + index + "." + name.back();
        }
    }
    fail(instruction, "the emulator does not know the register '" + name + "'");
}

// The address of a variable in its own space, as a number.
std::string Writer::symbolAddress(const Instruction& instruction, const std::string& name, int64_t offset) {
    std::string plus = offset == 0 ? "" : " + " + hexadecimal((uint64_t)offset, 64);
    if (auto found = all.variables.find(name); found != all.variables.end()) {
        return "(block.symbols[" + std::to_string(found->second) + "]" + plus + ")";
    }
    if (auto found = all.shared.find(name); found != all.shared.end()) {
        const Variable& variable = *found->second;
        if (variable.isExternal || variable.bytes == 0) return "(block.dynamicShared" + plus + ")";
        return "(SharedStart + " + std::to_string(sharedOffsets.at(name)) + "ull" + plus + ")";
    }
    for (const auto& variable : function.locals) {
        if (variable.name == name) return "(" + localName(variable) + plus + ")";
    }
    for (const auto& variable : function.parameters) {
        if (variable.name == name && function.isEntry) return "(" + std::to_string(variable.offset) + "ull" + plus + ")";
    }
    fail(instruction, "'" + name + "' is not declared");
}

void Writer::write(const Instruction& instruction, const Operand& to, Type type, const std::string& expression) {
    if (to.form == Operand::Form::Sink) {
        line("(void)(" + expression + ");");
        return;
    }
    if (to.form != Operand::Form::Register) fail(instruction, "the result is no register");
    std::string stored = storageType(to.type), value = cppType(type);
    bool isWhole = type.kind != Kind::Float && type.kind != Kind::Predicate;
    bool isStoredWhole = to.type.kind != Kind::Float && to.type.kind != Kind::Predicate;
    if ((type.kind == Kind::Predicate) != (to.type.kind == Kind::Predicate)) fail(instruction, "a predicate and a value are mixed");
    if (to.type.bits < type.bits) fail(instruction, "the result does not fit its register");
    if (isWhole && isStoredWhole) {
        // A narrower value is extended by its own sign: first to its type, then to the register.
        line(to.name + " = " + (stored == value ? "" : "(" + stored + ")") + "(" + value + ")(" + expression + ");");
    } else if (stored == value) {
        line(to.name + " = " + expression + ";");
    } else if (to.type.bits == type.bits) {
        line(to.name + " = bits<" + stored + ">((" + value + ")(" + expression + "));");
    } else {
        fail(instruction, "the result does not fit its register");
    }
}

std::string Writer::address(const Instruction& instruction, const Operand& operand) {
    if (operand.form != Operand::Form::Address) fail(instruction, "an address is expected");
    const Operand& base = operand.parts[0];
    if (base.form == Operand::Form::Symbol) return symbolAddress(instruction, base.name, operand.offset);
    if (base.form == Operand::Form::Integer) return hexadecimal(base.bits + operand.offset, 64);
    if (base.form != Operand::Form::Register || base.type.bits < 32) fail(instruction, "an address is expected");
    bool isShort = base.type.bits == 32;
    std::string value = read(instruction, base, isShort ? U32 : U64);
    std::string sum = operand.offset == 0
                          ? value
                          : value + " + " + hexadecimal(isShort ? (uint32_t)operand.offset : (uint64_t)operand.offset, isShort ? 32 : 64);
    return isShort ? "(uint64_t)(uint32_t)(" + sum + ")" : sum;
}

// The host's address of what an instruction reads or writes, checked.
std::string Writer::place(const Instruction& instruction, const Operand& operand, Space space, int bytes, bool reads, bool writes) {
    if (space == Space::Param) return parameterPlace(instruction, operand, bytes);
    std::string where = address(instruction, operand);
    std::string arguments = std::to_string(site(instruction, bytes, reads, writes, space)) + "u, " + where + ")";
    std::string size = "<" + std::to_string(bytes) + ">";
    switch (space) {
        case Space::Shared: return "shared" + size + "(thread, block, " + arguments;
        case Space::Local: return "local" + size + "(thread, " + arguments;
        case Space::Generic: return "generic" + size + "(thread, sites, " + arguments;
        default: return "global" + size + "(thread, sites, " + arguments;
    }
}

std::string Writer::parameterPlace(const Instruction& instruction, const Operand& operand, int bytes) {
    if (operand.form != Operand::Form::Address) fail(instruction, "an address is expected");
    const Operand& base = operand.parts[0];
    if (base.form != Operand::Form::Symbol) {
        if (!function.isEntry) fail(instruction, "the emulator does not know parameters of functions by their address");
        return "parameter<" + std::to_string(bytes) + ">(thread, block.parameters, " + std::to_string(function.parameterBytes) + "ull, "
               + siteArgument(instruction) + ", " + address(instruction, operand) + ")";
    }
    for (const auto* list : {&function.parameters, &function.results, &function.callParameters}) {
        for (const auto& variable : *list) {
            bool isCall = list == &function.callParameters;
            if ((isCall ? variable.text : variable.name) != base.name) continue;
            if (operand.offset < 0 || (uint64_t)operand.offset + bytes > variable.bytes) fail(instruction, "outside the parameter");
            bool isEntryParameter = function.isEntry && list == &function.parameters;
            return isEntryParameter ? "block.parameters + " + std::to_string(variable.offset + operand.offset)
                                    : variable.text + " + " + std::to_string(operand.offset);
        }
    }
    fail(instruction, "'" + base.name + "' is no parameter");
}

}    // namespace emulator::ptx
