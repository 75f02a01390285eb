// add, sub, mul, mad, div, rem, min, max, abs, neg of integers; those of floats go on in WriteFloat.cpp.
#include "Writer.h"

namespace emulator::ptx {
namespace {

// Sums and products of integers are computed without a sign, where an overflow means what PTX says.
Type withoutSign(Type type) { return {Kind::Unsigned, type.bits}; }

Type asSigned(Type type) { return {Kind::Signed, type.bits}; }

}    // namespace

void Writer::addSubtract(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    bool isAdd = i.opcode[0].rfind("add", 0) == 0, takesCarry = i.opcode[0].size() == 4;
    Type type = m.type();
    if (halfArithmetic(i, m, type, isAdd ? "halfAdd" : "halfSubtract", 2)) return;
    if (type.kind == Kind::Float) {
        std::string rounding = m.any({"rn", "rz", "rm", "rp"});
        bool flushes = m.has("ftz"), clamps = m.has("sat");
        std::string a = floatOperand(i, i.operands[1], type, flushes), b = floatOperand(i, i.operands[2], type, flushes);
        floatResult(i, type, flushes, clamps,
                    rounding.empty() || rounding == "rn" ? a + (isAdd ? " + " : " - ") + b
                                                         : directed(type, rounding, isAdd ? "Add" : "Subtract", {a, b}));
        return;
    }
    bool setsCarry = m.has("cc");
    if (m.has("sat")) {
        write(i, i.operands[0], S32,
              "saturate((int64_t)" + read(i, i.operands[1], S32) + (isAdd ? " + " : " - ") + read(i, i.operands[2], S32) + ")");
        return;
    }
    Type word = withoutSign(type);
    std::string a = read(i, i.operands[1], word), b = read(i, i.operands[2], word), t = cppType(word);
    if (!setsCarry && !takesCarry) {
        write(i, i.operands[0], word, a + (isAdd ? " + " : " - ") + b);
        return;
    }
    std::string wide = "unsigned __int128";
    line("{ " + wide + " sum = (" + wide + ")(" + a + ")" + (isAdd ? " + " : " - ") + "(" + b + ")"
         + (takesCarry ? std::string(isAdd ? " + " : " - ") + "carry" : "") + ";");
    write(i, i.operands[0], word, "(" + t + ")sum");
    if (setsCarry) line("carry = (sum >> " + std::to_string(type.bits) + " & 1) != 0;");
    line("}");
}

void Writer::multiply(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    Type type = m.type();
    if (halfArithmetic(i, m, type, "halfMultiply", 2)) return;
    if (type.kind == Kind::Float) {
        std::string rounding = m.any({"rn", "rz", "rm", "rp"});
        bool flushes = m.has("ftz"), clamps = m.has("sat");
        std::string a = floatOperand(i, i.operands[1], type, flushes), b = floatOperand(i, i.operands[2], type, flushes);
        floatResult(i, type, flushes, clamps,
                    rounding.empty() || rounding == "rn" ? a + " * " + b : directed(type, rounding, "Multiply", {a, b}));
        return;
    }
    std::string part = m.need("part of a product", {"lo", "hi", "wide"});
    std::string a = read(i, i.operands[1], type), b = read(i, i.operands[2], type);
    if (part == "wide") {
        write(i, i.operands[0], {type.kind, type.bits * 2}, "mulWide<" + cppType(type) + ">(" + a + ", " + b + ")");
    } else if (part == "hi") {
        write(i, i.operands[0], type, "mulHigh<" + cppType(type) + ">(" + a + ", " + b + ")");
    } else {
        Type word = withoutSign(type.bits < 32 ? U32 : type);
        write(i, i.operands[0], withoutSign(type), "(" + cppType(word) + ")" + a + " * (" + cppType(word) + ")" + b);
    }
}

void Writer::multiplyAdd(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    Type type = m.type();
    if (type.kind == Kind::Float) {
        std::string rounding = m.any({"rn", "rz", "rm", "rp"});
        bool flushes = m.has("ftz"), clamps = m.has("sat");
        std::vector<std::string> values;
        for (int k = 1; k < 4; k++) values.push_back(floatOperand(i, i.operands[k], type, flushes));
        floatResult(i, type, flushes, clamps,
                    rounding.empty() || rounding == "rn" ? "fused(" + values[0] + ", " + values[1] + ", " + values[2] + ")"
                                                         : directed(type, rounding, "Fused", values));
        return;
    }
    std::string part = m.need("part of a product", {"lo", "hi", "wide"});
    std::string a = read(i, i.operands[1], type), b = read(i, i.operands[2], type);
    Type result = part == "wide" ? Type{type.kind, type.bits * 2} : type;
    Type word = withoutSign(result.bits < 32 ? U32 : result);
    std::string w = "(" + cppType(word) + ")";
    std::string c = w + read(i, i.operands[3], result);
    if (part == "lo") {
        write(i, i.operands[0], withoutSign(result), w + a + " * " + w + b + " + " + c);
    } else {
        std::string product = std::string(part == "wide" ? "mulWide<" : "mulHigh<") + cppType(type) + ">(" + a + ", " + b + ")";
        if (m.has("sat")) {
            write(i, i.operands[0], S32, "saturate((int64_t)" + product + " + " + read(i, i.operands[3], S32) + ")");
        } else {
            write(i, i.operands[0], withoutSign(result), w + product + " + " + c);
        }
    }
}

void Writer::multiply24(const Instruction& i, Modifiers& m) {
    bool adds = i.opcode[0] == "mad24";
    operands(i, adds ? 4 : 3);
    Type type = m.type();
    m.need("part of a product", {"lo"});
    auto narrow = [&](const Operand& operand) {
        return type.kind == Kind::Signed ? "(uint32_t)((int32_t)(" + read(i, operand, U32) + " << 8) >> 8)"
                                         : "(" + read(i, operand, U32) + " & 0xFFFFFFu)";
    };
    write(i, i.operands[0], U32, narrow(i.operands[1]) + " * " + narrow(i.operands[2]) + (adds ? " + " + read(i, i.operands[3], U32) : ""));
}

void Writer::divideRemainder(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    bool isDivision = i.opcode[0] == "div";
    Type type = m.type();
    if (type.kind == Kind::Float && isDivision) {
        std::string rounding = m.any({"rn", "rz", "rm", "rp", "full", "approx"});
        bool flushes = m.has("ftz");
        std::string a = floatOperand(i, i.operands[1], type, flushes), b = floatOperand(i, i.operands[2], type, flushes);
        bool isDirected = rounding == "rz" || rounding == "rm" || rounding == "rp";
        floatResult(i, type, flushes, false, isDirected ? directed(type, rounding, "Divide", {a, b}) : a + " / " + b);
        return;
    }
    if (!type.isInteger()) fail(i, "the emulator does not know this type here");
    write(i, i.operands[0], type,
          std::string(isDivision ? "divide<" : "remainder<") + cppType(type) + ">(" + read(i, i.operands[1], type) + ", "
              + read(i, i.operands[2], type) + ")");
}

void Writer::minimumMaximum(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    bool isLeast = i.opcode[0] == "min";
    bool keepsNan = m.has("NaN");
    Type type = m.type();
    if (halfArithmetic(i, m, type, std::string(isLeast ? "halfMinimum" : "halfMaximum") + (keepsNan ? "OrNan" : ""), 2)) return;
    if (type.kind == Kind::Float) {
        bool flushes = m.has("ftz");
        std::string function = std::string(isLeast ? "minimum" : "maximum") + (keepsNan ? "OrNan" : "");
        floatResult(
            i, type, flushes, false,
            function + "(" + floatOperand(i, i.operands[1], type, flushes) + ", " + floatOperand(i, i.operands[2], type, flushes) + ")");
        return;
    }
    if (!type.isInteger()) fail(i, "the emulator does not know this type here");
    bool isRelu = m.has("relu");
    std::string value = std::string(isLeast ? "least<" : "greatest<") + cppType(type) + ">(" + read(i, i.operands[1], type) + ", "
                        + read(i, i.operands[2], type) + ")";
    write(i, i.operands[0], type, isRelu ? "greatest<" + cppType(type) + ">(" + value + ", 0)" : value);
}

void Writer::absoluteNegative(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    bool isAbsolute = i.opcode[0] == "abs";
    Type type = m.type();
    if (type.kind == Kind::Half || type.kind == Kind::Brain) {
        write(i, i.operands[0], B16, (isAbsolute ? "halfMagnitude(" : "halfNegative(") + read(i, i.operands[1], B16) + ")");
    } else if (type.kind == Kind::HalfPair || type.kind == Kind::BrainPair) {
        write(i, i.operands[0], B32, read(i, i.operands[1], B32) + (isAbsolute ? " & 0x7FFF7FFFu" : " ^ 0x80008000u"));
    } else if (type.kind == Kind::Float) {
        bool flushes = m.has("ftz");
        floatResult(i, type, flushes, false,
                    (isAbsolute ? "magnitude(" : "negative(") + floatOperand(i, i.operands[1], type, flushes) + ")");
    } else if (isAbsolute) {
        write(i, i.operands[0], type, "absolute<" + cppType(asSigned(type)) + ">(" + read(i, i.operands[1], asSigned(type)) + ")");
    } else {
        write(i, i.operands[0], withoutSign(type), "0 - " + read(i, i.operands[1], withoutSign(type)));
    }
}

void Writer::sumOfDifferences(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    Type type = m.type();
    std::string a = read(i, i.operands[1], type), b = read(i, i.operands[2], type), word = "(" + cppType(withoutSign(type)) + ")";
    write(i, i.operands[0], withoutSign(type),
          "(" + a + " < " + b + " ? " + word + b + " - " + word + a + " : " + word + a + " - " + word + b + ") + "
              + read(i, i.operands[3], withoutSign(type)));
}

void Writer::dotProduct(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    auto bytes = [](Type type) { return std::string(type.kind == Kind::Signed ? "int8_t" : "uint8_t"); };
    Type a = m.type(), b = m.type();
    write(i, i.operands[0], U32,
          "dotBytes<" + bytes(a) + ", " + bytes(b) + ">(" + read(i, i.operands[1], U32) + ", " + read(i, i.operands[2], U32) + ", "
              + read(i, i.operands[3], U32) + ")");
}

}    // namespace emulator::ptx
