#include "Writer.h"
#include <algorithm>

namespace emulator::ptx {

Modifiers::Modifiers(const Instruction& instruction) : instruction(instruction) {
    for (size_t i = 1; i < instruction.opcode.size(); i++) {
        if (auto type = typeNamed(instruction.opcode[i])) {
            types.push_back(*type);
        } else {
            parts.push_back(instruction.opcode[i]);
        }
    }
}

bool Modifiers::has(const char* name) {
    auto found = std::find(parts.begin(), parts.end(), name);
    if (found == parts.end()) return false;
    parts.erase(found);
    return true;
}

std::string Modifiers::any(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (has(name)) return name;
    }
    return "";
}

std::string Modifiers::need(const char* what, std::initializer_list<const char*> names) {
    std::string found = any(names);
    if (found.empty()) throw Fault(instruction.line, std::string("the emulator does not know this ") + what + ": " + instruction.text);
    return found;
}

Type Modifiers::type() {
    if (!hasType()) throw Fault(instruction.line, "a type is missing: " + instruction.text);
    return types[nextType++];
}

void Modifiers::ignore(std::initializer_list<const char*> names) {
    for (const char* name : names) has(name);
}

void Modifiers::finish() const {
    if (!parts.empty()) throw Fault(instruction.line, "the emulator does not know '." + parts[0] + "' here: " + instruction.text);
    if (hasType()) throw Fault(instruction.line, "a type too many: " + instruction.text);
}

std::string labelName(const std::string& name) {
    std::string result = "label_" + name;
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
    return result;
}

void Writer::fail(const Instruction& instruction, const std::string& what) const {
    throw Fault(instruction.line, what + ": " + instruction.text);
}

void Writer::operands(const Instruction& instruction, size_t least, size_t most) const {
    size_t count = instruction.operands.size();
    if (count < least || count > std::max(least, most)) fail(instruction, "wrong number of operands");
}

int Writer::site(const Instruction& instruction, int bytes, bool reads, bool writes, Space space) {
    all.translation.sites.push_back({instruction.line, instruction.text, function.name, bytes, reads, writes, space});
    return (int)all.translation.sites.size() - 1;
}

std::string Writer::siteArgument(const Instruction& instruction) { return std::to_string(site(instruction)) + "u"; }

std::string Writer::signature() const {
    if (function.isEntry) return "extern \"C\" void kernel_" + std::to_string(number) + "(Thread& thread, Block& block)";
    std::string result = "static void function_" + std::to_string(number) + "(Thread& thread, Block& block";
    for (const auto& variable : function.results) result += ", uint8_t* " + variable.text;
    for (const auto& variable : function.parameters) result += ", const uint8_t* " + variable.text;
    return result + ")";
}

std::string Writer::localName(const Variable& variable) const { return "local_" + std::to_string(&variable - function.locals.data()); }

std::string Writer::write() {
    for (const auto& instruction : function.body) this->instruction(instruction);
    std::string head = "// " + function.name + "\n" + signature() + " {\n    Site* const sites = block.sites;\n";
    head += "    bool carry = false;\n    (void)sites, (void)carry;\n";
    if (!function.isEntry) head += "    const uint64_t localBefore = thread.localTop;\n";
    for (const auto& variable : function.locals) {
        std::string alignment = std::to_string(variable.alignment);
        head += "    const uint64_t " + localName(variable) + " = (thread.localTop + " + alignment + " - 1) / " + alignment + " * "
                + alignment + ";\n    thread.localTop = " + localName(variable) + " + " + std::to_string(variable.bytes) + ";\n";
    }
    for (const auto& variable : function.callParameters) {
        head += "    alignas(16) uint8_t " + variable.text + "[" + std::to_string(std::max<uint64_t>(variable.bytes, 1)) + "];\n";
    }
    // A register that is read before it is written holds what no test expects.
    std::map<std::string, std::string> registers;
    for (const auto& [name, type] : function.registers) {
        std::string stored = storageType(type);
        std::string poison = type.kind == Kind::Float       ? "Poison" + std::to_string(type.bits)
                             : type.kind == Kind::Predicate ? "false"
                                                            : "(" + stored + ")~0ull";
        registers[stored] += (registers[stored].empty() ? "" : ", ") + name + " = " + poison;
    }
    for (const auto& [stored, names] : registers) head += "    " + stored + " " + names + ";\n";
    std::string tail = function.isEntry ? "" : "    thread.localTop = localBefore;\n";
    return head + text + tail + "}\n\n";
}

void Writer::instruction(const Instruction& instruction) {
    if (!instruction.label.empty()) {
        text += labelName(instruction.label) + ":;\n";
        return;
    }
    Handler handler = Handlers::find(instruction.opcode[0]);
    if (!handler) fail(instruction, "the emulator does not know this instruction");
    text += "    // " + std::to_string(instruction.line) + ": " + instruction.text + "\n";
    Modifiers modifiers(instruction);
    if (instruction.guard.empty()) {
        (this->*handler)(instruction, modifiers);
    } else {
        line("if (" + std::string(instruction.guardIsNegated ? "!" : "") + instruction.guard + ") {");
        indent = "        ";
        (this->*handler)(instruction, modifiers);
        indent = "    ";
        line("}");
    }
    modifiers.finish();
}

}    // namespace emulator::ptx
