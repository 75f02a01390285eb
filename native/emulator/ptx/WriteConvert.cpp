// cvt, cvta, isspacep and mov.
#include "Writer.h"

namespace emulator::ptx {
namespace {

const char* roundingName(const std::string& name) {
    if (name == "rz" || name == "rzi") return "Rounding::Zero";
    if (name == "rm" || name == "rmi") return "Rounding::Down";
    if (name == "rp" || name == "rpi") return "Rounding::Up";
    if (name == "rna") return "Rounding::Away";
    return "Rounding::Nearest";
}

bool isFloating(Type type) { return type.kind == Kind::Float || type.kind == Kind::Half || type.kind == Kind::Brain; }

}    // namespace

void Writer::convert(const Instruction& i, Modifiers& m) {
    std::string rounding = m.any({"rn", "rz", "rm", "rp", "rna", "rni", "rzi", "rmi", "rpi"});
    bool flushes = m.has("ftz"), clamps = m.has("sat"), isRelu = m.has("relu"), isTensor = m.has("tf32");
    operands(i, 2, 3);
    std::string mode = roundingName(rounding);
    if (isTensor) {
        m.type();
        std::string value = "toTensor(" + read(i, i.operands[1], F32) + ", " + mode + ")";
        return write(i, i.operands[0], B32, value);
    }
    Type to = m.type(), from = m.type();
    if (to.kind == Kind::HalfPair || to.kind == Kind::BrainPair) return convertPair(i, m, to, rounding, isRelu);
    operands(i, 2);
    if (!(isFloating(to) || to.isInteger()) || !(isFloating(from) || from.isInteger()))
        fail(i, "the emulator does not know these types here");
    bool isHalf = from.kind == Kind::Half || from.kind == Kind::Brain;
    std::string a = isHalf ? (from.kind == Kind::Half ? "wideHalf(" : "wideBrain(") + read(i, i.operands[1], U16) + ")"
                           : floatOperand(i, i.operands[1], from, flushes && from == F32);
    std::string result;
    if (to.isInteger() && isFloating(from)) {
        result = "toInteger<" + cppType(to) + ">(" + a + ", " + mode + ")";
    } else if (to.isInteger()) {
        result = clamps ? "clampInteger<" + cppType(to) + ">(" + a + ")" : a;
        clamps = false;
    } else if (from.isInteger()) {
        bool isNearest = rounding == "rn";
        if (to.kind == Kind::Half || to.kind == Kind::Brain || (!isNearest && to == F32)) {
            if (from.bits == 64) fail(i, "the emulator does not know this rounding of 64-bit numbers");
            result = to == F32 ? "toSingle((double)" + a + ", " + mode + ")"
                               : (to.kind == Kind::Half ? "toHalf((double)" : "toBrain((double)") + a + ", " + mode + ")";
        } else {
            if (!isNearest && from.bits == 64) fail(i, "the emulator does not know this rounding of 64-bit numbers");
            result = "(" + cppType(to) + ")" + a;
        }
    } else if (to.kind == Kind::Half || to.kind == Kind::Brain) {
        if (isRelu) a = "maximumOrNan(" + a + ", (decltype(" + a + "))0)";
        if (clamps) a = "clampUnit(" + a + ")";
        result = (to.kind == Kind::Half ? "toHalf(" : "toBrain(") + a + ", " + mode + ")";
        clamps = isRelu = false;
    } else if (rounding.size() == 3 && rounding[2] == 'i') {
        result = "toWhole((" + cppType(to) + ")" + a + ", " + mode + ")";
    } else if (to == F32 && from == F64 && rounding != "rn") {
        result = "toSingle(" + a + ", " + mode + ")";
    } else {
        result = "(" + cppType(to) + ")" + a;
    }
    if (isRelu) fail(i, "the emulator does not know '.relu' here");
    if (clamps && to.kind == Kind::Float) result = "clampUnit<" + cppType(to) + ">(" + result + ")";
    if (flushes && to == F32) result = "flush(" + result + ")";
    write(i, i.operands[0], to, result);
}

// Two floats become a pair; the first operand is the upper half.
void Writer::convertPair(const Instruction& i, Modifiers&, Type to, const std::string& rounding, bool isRelu) {
    operands(i, 3);
    auto half = [&](int k) {
        std::string value = read(i, i.operands[k], F32);
        if (isRelu) value = "maximumOrNan(" + value + ", 0.0f)";
        return (to.kind == Kind::HalfPair ? "toHalf(" : "toBrain(") + value + ", " + roundingName(rounding) + ")";
    };
    write(i, i.operands[0], B32, "pairOf(" + half(2) + ", " + half(1) + ")");
}

void Writer::convertAddress(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    bool isTo = m.has("to");
    std::string space = m.need("state space", {"global", "shared", "shared::cta", "local", "const", "param"});
    Type type = m.type();
    std::string a = read(i, i.operands[1], type);
    if (space == "global" || space == "const") return write(i, i.operands[0], type, a);
    std::string window = space == "local" ? "LocalWindow" : space == "param" ? "ParamWindow" : "SharedWindow";
    if (type.bits != 64) fail(i, "only 64-bit addresses are supported");
    write(i, i.operands[0], type, isTo ? "(" + a + " & ~WindowBits)" : "(" + a + " | " + window + ")");
}

void Writer::isInSpace(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    std::string space = m.need("state space", {"global", "shared", "shared::cta", "local", "param"});
    std::string window = space == "global" ? "0" : space == "local" ? "LocalWindow" : space == "param" ? "ParamWindow" : "SharedWindow";
    write(i, i.operands[0], Pred, "(" + read(i, i.operands[1], U64) + " & WindowBits) == " + window);
}

void Writer::move(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    Type type = m.type();
    const Operand &to = i.operands[0], &from = i.operands[1];
    if (to.form != Operand::Form::Vector && from.form != Operand::Form::Vector) return write(i, to, type, read(i, from, type));
    // Packing and unpacking: parts lie from the lowest bits up.
    size_t count = from.form == Operand::Form::Vector ? from.parts.size() : to.parts.size();
    if (count == 0 || type.bits % count || type.bits / count < 8) fail(i, "a vector of another length");
    Type word{Kind::Bits, type.bits};
    if (from.form == Operand::Form::Vector) {
        Type part{Kind::Bits, type.bits / (int)from.parts.size()};
        std::string value;
        for (size_t k = 0; k < from.parts.size(); k++) {
            value += (k ? " | (" : "(") + cppType(word) + ")" + read(i, from.parts[k], part) + " << " + std::to_string(k * part.bits);
        }
        if (to.form != Operand::Form::Vector) return write(i, to, word, value);
        fail(i, "a vector is moved into a vector");
    }
    Type part{Kind::Bits, type.bits / (int)to.parts.size()};
    line("{ const " + cppType(word) + " whole = " + read(i, from, word) + ";");
    for (size_t k = 0; k < to.parts.size(); k++) {
        if (to.parts[k].form != Operand::Form::Sink)
            write(i, to.parts[k], part, "(" + cppType(part) + ")(whole >> " + std::to_string(k * part.bits) + ")");
    }
    line("}");
}

}    // namespace emulator::ptx
