// Branches, calls and the end of a thread.
#include "Writer.h"
#include <algorithm>

namespace emulator::ptx {

// The label as it stands in the function's body, or nullptr.
static const Instruction* labelOf(const Function& function, const std::string& name) {
    for (const auto& instruction : function.body) {
        if (instruction.label == name) return &instruction;
    }
    return nullptr;
}

static bool hasLabel(const Function& function, const std::string& name) { return labelOf(function, name) != nullptr; }

// Whether an instruction may be how a thread looks for what another has written.
static bool looksForOthers(const Instruction& instruction) {
    if (instruction.opcode.empty() || (instruction.opcode[0] != "ld" && instruction.opcode[0] != "atom")) return false;
    auto has = [&](const char* part) {
        return std::find(instruction.opcode.begin(), instruction.opcode.end(), part) != instruction.opcode.end();
    };
    return instruction.opcode[0] == "ld" ? has("volatile") || has("acquire") || has("relaxed") : has("cas") || has("exch");
}

void Writer::branch(const Instruction& i, Modifiers& m) {
    operands(i, 1);
    m.ignore({"uni"});
    const Instruction* label = labelOf(function, i.operands[0].name);
    if (!label) fail(i, "there is no such label");
    // A loop that looks again and again lets others go on: one of them may be who it waits for.
    if (label < &i && std::any_of(label, &i, looksForOthers)) {
        waits = true;
        line("block.runtime->yield(thread);");
    }
    line("goto " + labelName(i.operands[0].name) + ";");
}

void Writer::branchIndexed(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    m.need("branch", {"idx"});
    m.ignore({"uni"});
    auto targets = function.branchTargets.find(i.operands[1].name);
    if (targets == function.branchTargets.end()) fail(i, "there is no such list of labels");
    line("switch (" + read(i, i.operands[0], U32) + ") {");
    for (size_t k = 0; k < targets->second.size(); k++) {
        if (!hasLabel(function, targets->second[k])) fail(i, "there is no label '" + targets->second[k] + "'");
        line("case " + std::to_string(k) + ": goto " + labelName(targets->second[k]) + ";");
    }
    line("default: block.runtime->fault(thread, " + siteArgument(i) + ", " + read(i, i.operands[0], U32)
         + ", \"index\"); __builtin_unreachable(); }");
}

void Writer::call(const Instruction& i, Modifiers& m) {
    m.ignore({"uni"});
    size_t at = 0;
    const Operand *results = nullptr, *arguments = nullptr;
    if (at < i.operands.size() && i.operands[at].form == Operand::Form::Group) results = &i.operands[at++];
    if (at >= i.operands.size() || i.operands[at].form != Operand::Form::Symbol)
        fail(i, "the emulator does not know calls of a function by its address");
    const std::string name = i.operands[at++].name;
    if (at < i.operands.size() && i.operands[at].form == Operand::Form::Group) arguments = &i.operands[at++];
    if (at != i.operands.size()) fail(i, "the emulator does not know this call");
    auto found = all.functions.find(name);
    if (found == all.functions.end()) fail(i, "'" + name + "' has no body in this module");
    const Function& callee = all.module.functions[found->second];
    std::string text = "function_" + std::to_string(found->second) + "(thread, block";
    auto pass = [&](const Operand* group, const std::vector<Variable>& wanted) {
        if ((group ? group->parts.size() : 0) != wanted.size()) fail(i, "wrong number of arguments");
        for (size_t k = 0; k < wanted.size(); k++) {
            bool isFound = false;
            for (const auto& variable : function.callParameters) {
                if (variable.text != group->parts[k].name) continue;
                isFound = true;
                if (variable.bytes < wanted[k].bytes) fail(i, "an argument is too small");
            }
            if (!isFound) fail(i, "an argument is no parameter");
            text += ", " + group->parts[k].name;
        }
    };
    pass(results, callee.results);
    pass(arguments, callee.parameters);
    calls.insert(found->second);
    line(text + ");");
}

void Writer::leave(const Instruction& i, Modifiers& m) {
    operands(i, 0);
    m.ignore({"uni"});
    line(function.isEntry ? "return;" : "{ thread.localTop = localBefore; return; }");
}

void Writer::exitThread(const Instruction& i, Modifiers&) {
    operands(i, 0);
    if (function.isEntry) return line("return;");
    waits = true;
    line("block.runtime->exit(thread); __builtin_unreachable();");
}

void Writer::trap(const Instruction& i, Modifiers&) {
    operands(i, 0);
    line("block.runtime->fault(thread, " + siteArgument(i) + ", 0, \"trap\"); __builtin_unreachable();");
}

void Writer::sleep(const Instruction& i, Modifiers& m) {
    operands(i, 1);
    m.type();
    waits = true;
    line("block.runtime->yield(thread);");
}

}    // namespace emulator::ptx
