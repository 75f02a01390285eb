// Comparisons and choices.
#include "Writer.h"

namespace emulator::ptx {

std::string Writer::comparison(const Instruction& i, const std::string& name, Type type, const std::string& a, const std::string& b) {
    static const std::map<std::string, const char*> integers = {{"eq", "=="}, {"ne", "!="}, {"lt", "<"},  {"le", "<="}, {"gt", ">"},
                                                                {"ge", ">="}, {"lo", "<"},  {"ls", "<="}, {"hi", ">"},  {"hs", ">="}};
    if (type.isInteger() || type.kind == Kind::Predicate) return "(" + a + " " + integers.at(name) + " " + b + ")";
    static const std::map<std::string, std::string> floats = {{"eq", "(A == B)"},
                                                              {"ne", "(A < B || A > B)"},
                                                              {"lt", "(A < B)"},
                                                              {"le", "(A <= B)"},
                                                              {"gt", "(A > B)"},
                                                              {"ge", "(A >= B)"},
                                                              {"equ", "!(A < B || A > B)"},
                                                              {"neu", "(A != B)"},
                                                              {"ltu", "!(A >= B)"},
                                                              {"leu", "!(A > B)"},
                                                              {"gtu", "!(A <= B)"},
                                                              {"geu", "!(A < B)"},
                                                              {"num", "(!isNan(A) && !isNan(B))"},
                                                              {"nan", "(isNan(A) || isNan(B))"}};
    auto found = floats.find(name);
    if (found == floats.end()) fail(i, "the emulator does not know this comparison");
    std::string result;
    for (char c : found->second) result += c == 'A' ? a : c == 'B' ? b : std::string(1, c);
    return result;
}

static const std::initializer_list<const char*> Comparisons = {"eq", "ne",  "lt",  "le",  "gt",  "ge",  "lo",  "ls",  "hi",
                                                               "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

void Writer::setPredicate(const Instruction& i, Modifiers& m) {
    std::string name = m.need("comparison", Comparisons), combine = m.any({"and", "or", "xor"});
    bool flushes = m.has("ftz");
    operands(i, combine.empty() ? 3 : 4);
    Type type = m.type();
    const Operand& to = i.operands[0];
    bool isPair = to.form == Operand::Form::Pair;
    bool isHalf = type.kind == Kind::Half || type.kind == Kind::Brain,
         isHalves = type.kind == Kind::HalfPair || type.kind == Kind::BrainPair;
    std::string c = combine.empty() ? "" : read(i, i.operands[3], Pred), sign = combine == "and" ? " & " : combine == "or" ? " | " : " ^ ";
    auto combined = [&](const std::string& value) { return combine.empty() ? value : "(" + value + sign + c + ")"; };
    if (isHalf || isHalves) {
        if (flushes) fail(i, "the emulator does not flush 16-bit floats");
        std::string wide = type.kind == Kind::Half || type.kind == Kind::HalfPair ? "wideHalf(" : "wideBrain(";
        auto value = [&](int k, const char* part) {
            return wide + (isHalves ? std::string(part) + "(" + read(i, i.operands[k], U32) + "))" : read(i, i.operands[k], U16) + ")");
        };
        if (isHalves != isPair) fail(i, "pairs of 16-bit floats give two predicates, and single ones one");
        std::string low = combined(comparison(i, name, F32, value(1, "lowOf"), value(2, "lowOf")));
        if (!isPair) return write(i, to, Pred, low);
        line("{ bool low = " + low + ", high = " + combined(comparison(i, name, F32, value(1, "highOf"), value(2, "highOf"))) + ";");
        write(i, to.parts[0], Pred, "low");
        write(i, to.parts[1], Pred, "high");
        line("}");
        return;
    }
    std::string value =
        comparison(i, name, type, floatOperand(i, i.operands[1], type, flushes), floatOperand(i, i.operands[2], type, flushes));
    if (!isPair) return write(i, to, Pred, combined(value));
    line("{ bool whether = " + value + ", first = " + combined("whether") + ", second = " + combined("!whether") + ";");
    write(i, to.parts[0], Pred, "first");
    write(i, to.parts[1], Pred, "second");
    line("}");
}

void Writer::setValue(const Instruction& i, Modifiers& m) {
    std::string name = m.need("comparison", Comparisons), combine = m.any({"and", "or", "xor"});
    bool flushes = m.has("ftz");
    operands(i, combine.empty() ? 3 : 4);
    Type result = m.type(), type = m.type();
    if (!(result.isInteger() || result == F32) || !(type.isInteger() || type.kind == Kind::Float))
        fail(i, "the emulator does not know these types here");
    std::string value =
        comparison(i, name, type, floatOperand(i, i.operands[1], type, flushes), floatOperand(i, i.operands[2], type, flushes));
    if (!combine.empty())
        value = "(" + value + (combine == "and" ? " & " : combine == "or" ? " | " : " ^ ") + read(i, i.operands[3], Pred) + ")";
    write(i, i.operands[0], result, value + (result == F32 ? " ? 1.0f : 0.0f" : " ? 0xFFFFFFFFu : 0u"));
}

void Writer::select(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    Type type = m.type();
    write(i, i.operands[0], type,
          read(i, i.operands[3], Pred) + " ? " + read(i, i.operands[1], type) + " : " + read(i, i.operands[2], type));
}

void Writer::selectBySign(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    bool flushes = m.has("ftz");
    Type type = m.type(), by = m.type();
    write(i, i.operands[0], type,
          floatOperand(i, i.operands[3], by, flushes) + " >= 0 ? " + read(i, i.operands[1], type) + " : " + read(i, i.operands[2], type));
}

}    // namespace emulator::ptx
