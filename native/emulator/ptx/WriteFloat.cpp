// Arithmetic of floats: roundings, flushing of subnormals (only where .ftz says so), and 16-bit floats.
#include "Writer.h"

namespace emulator::ptx {

std::string Writer::floatOperand(const Instruction& i, const Operand& operand, Type type, bool flushes) {
    std::string value = read(i, operand, type);
    return flushes && type.bits == 32 ? "flush(" + value + ")" : value;
}

void Writer::floatResult(const Instruction& i, Type type, bool flushes, bool clamps, const std::string& expression) {
    std::string value = expression;
    if (clamps) value = "clampUnit<" + cppType(type) + ">(" + value + ")";
    if (flushes && type.bits == 32) value = "flush(" + value + ")";
    write(i, i.operands[0], type, value);
}

std::string Writer::directed(Type type, const std::string& rounding, const char* operation, const std::vector<std::string>& arguments) {
    std::string mode = rounding == "rz" ? "Zero" : rounding == "rm" ? "Down" : "Up";
    std::string result = std::string("block.runtime->") + (type.bits == 32 ? "roundedSingle" : "roundedDouble") + "(Rounding::" + mode
                         + ", Operation::" + operation;
    for (size_t k = 0; k < 3; k++) result += ", " + (k < arguments.size() ? arguments[k] : "0");
    return result + ")";
}

// Writes an operation of 16-bit floats, or of pairs of them, and says so; other types are left to the caller.
bool Writer::halfArithmetic(const Instruction& i, Modifiers& m, Type type, const std::string& function, int arguments) {
    bool isBrain = type.kind == Kind::Brain || type.kind == Kind::BrainPair,
         isPair = type.kind == Kind::HalfPair || type.kind == Kind::BrainPair;
    if (!isBrain && !isPair && type.kind != Kind::Half) return false;
    m.ignore({"rn"});
    bool flushes = m.has("ftz"), clamps = m.has("sat"), isRelu = m.has("relu");
    if (flushes) fail(i, "the emulator does not flush 16-bit floats");
    std::string math = isBrain ? "<BrainMath>" : "<HalfMath>";
    auto value = [&](const char* part) {
        std::string result = function + math + "(";
        for (int k = 1; k <= arguments; k++) {
            result +=
                (k > 1 ? ", " : "") + (isPair ? std::string(part) + "(" + read(i, i.operands[k], U32) + ")" : read(i, i.operands[k], U16));
        }
        result += ")";
        if (isRelu) result = "halfPositive" + math + "(" + result + ")";
        if (clamps) result = "halfClampUnit" + math + "(" + result + ")";
        return result;
    };
    if (isPair) {
        write(i, i.operands[0], B32, "pairOf(" + value("lowOf") + ", " + value("highOf") + ")");
    } else {
        write(i, i.operands[0], B16, value(""));
    }
    return true;
}

void Writer::fusedMultiplyAdd(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    Type type = m.type();
    if (halfArithmetic(i, m, type, "halfFused", 3)) return;
    if (type.kind != Kind::Float) fail(i, "the emulator does not know this type here");
    std::string rounding = m.need("rounding", {"rn", "rz", "rm", "rp"});
    bool flushes = m.has("ftz"), clamps = m.has("sat");
    std::vector<std::string> values;
    for (int k = 1; k < 4; k++) values.push_back(floatOperand(i, i.operands[k], type, flushes));
    floatResult(
        i, type, flushes, clamps,
        rounding == "rn" ? "fused(" + values[0] + ", " + values[1] + ", " + values[2] + ")" : directed(type, rounding, "Fused", values));
}

// sqrt, rcp, rsqrt: exact where the card rounds exactly, and in double where it approximates.
void Writer::root(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    Type type = m.type();
    if (type.kind != Kind::Float) fail(i, "the emulator does not know this type here");
    std::string rounding = m.need("rounding", {"rn", "rz", "rm", "rp", "approx"});
    bool flushes = m.has("ftz");
    std::string a = floatOperand(i, i.operands[1], type, flushes), one = type.bits == 32 ? "1.0f" : "1.0";
    bool isDirected = rounding != "rn" && rounding != "approx";
    std::string value;
    if (i.opcode[0] == "sqrt") {
        value = isDirected ? directed(type, rounding, "Root", {a}) : "squareRoot(" + a + ")";
    } else if (i.opcode[0] == "rcp") {
        if (type.bits == 64 && rounding == "approx") fail(i, "the emulator does not know this approximation of 20 bits");
        value = isDirected ? directed(type, rounding, "Divide", {one, a}) : one + " / " + a;
    } else {
        value = type.bits == 32 ? "(float)(1.0 / squareRoot((double)" + a + "))" : "1.0 / squareRoot(" + a + ")";
    }
    floatResult(i, type, flushes, false, value);
}

void Writer::transcendental(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    Type type = m.type();
    m.need("accuracy", {"approx"});
    static const std::map<std::string, const char*> functions = {{"ex2", "__builtin_exp2"},
                                                                 {"lg2", "__builtin_log2"},
                                                                 {"sin", "__builtin_sin"},
                                                                 {"cos", "__builtin_cos"},
                                                                 {"tanh", "__builtin_tanh"}};
    std::string function = functions.at(i.opcode[0]);
    if (type.kind == Kind::Half) {
        write(i, i.operands[0], B16, "toHalf(" + function + "((double)wideHalf(" + read(i, i.operands[1], B16) + ")))");
        return;
    }
    if (type != F32) fail(i, "the emulator does not know this type here");
    bool flushes = m.has("ftz");
    floatResult(i, type, flushes, false, "(float)" + function + "((double)" + floatOperand(i, i.operands[1], type, flushes) + ")");
}

void Writer::copySignTest(const Instruction& i, Modifiers& m) {
    if (i.opcode[0] == "copysign") {
        operands(i, 3);
        Type type = m.type();
        write(i, i.operands[0], type, "copySign(" + read(i, i.operands[1], type) + ", " + read(i, i.operands[2], type) + ")");
        return;
    }
    operands(i, 2);
    static const std::map<std::string, const char*> tests = {
        {"finite", "__builtin_isfinite("}, {"infinite", "__builtin_isinf("},  {"number", "!isNan("},
        {"notanumber", "isNan("},          {"normal", "__builtin_isnormal("}, {"subnormal", "isSubnormal("}};
    std::string test = m.need("test", {"finite", "infinite", "notanumber", "number", "subnormal", "normal"});
    Type type = m.type();
    std::string function = tests.at(test);
    write(i, i.operands[0], Pred, "(" + function + read(i, i.operands[1], type) + ") != 0)");
}

}    // namespace emulator::ptx
