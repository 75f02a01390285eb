// Operations on bits.
#include "Writer.h"

namespace emulator::ptx {

void Writer::logic(const Instruction& i, Modifiers& m) {
    Type type = m.type();
    const std::string& name = i.opcode[0];
    if (name == "not" || name == "cnot") {
        operands(i, 2);
        std::string a = read(i, i.operands[1], type);
        write(i, i.operands[0], type, name == "cnot" ? a + " == 0" : type.kind == Kind::Predicate ? "!" + a : "~" + a);
        return;
    }
    operands(i, 3);
    write(i, i.operands[0], type,
          read(i, i.operands[1], type)
              + (name == "and"  ? " & "
                 : name == "or" ? " | "
                                : " ^ ")
              + read(i, i.operands[2], type));
}

void Writer::lookup(const Instruction& i, Modifiers& m) {
    operands(i, 5);
    Type type = m.type();
    if (i.operands[4].form != Operand::Form::Integer) fail(i, "the table is no number");
    write(i, i.operands[0], type,
          "lookup3<" + std::to_string(i.operands[4].bits & 0xFF) + ">(" + read(i, i.operands[1], U32) + ", " + read(i, i.operands[2], U32)
              + ", " + read(i, i.operands[3], U32) + ")");
}

void Writer::shift(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    Type type = m.type();
    write(i, i.operands[0], type,
          std::string(i.opcode[0] == "shl" ? "shiftLeft<" : "shiftRight<") + cppType(type) + ">(" + read(i, i.operands[1], type) + ", "
              + read(i, i.operands[2], U32) + ")");
}

void Writer::funnelShift(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    std::string direction = m.need("direction", {"l", "r"});
    bool wraps = m.need("kind of shift", {"wrap", "clamp"}) == "wrap";
    m.type();
    write(i, i.operands[0], U32,
          std::string(direction == "l" ? "funnelLeft(" : "funnelRight(") + read(i, i.operands[1], U32) + ", " + read(i, i.operands[2], U32)
              + ", " + read(i, i.operands[3], U32) + (wraps ? " & 31u)" : ")"));
}

void Writer::permuteBytes(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    m.type();
    write(i, i.operands[0], U32,
          "permute(" + read(i, i.operands[1], U32) + ", " + read(i, i.operands[2], U32) + ", " + read(i, i.operands[3], U32) + ")");
}

void Writer::bitField(const Instruction& i, Modifiers& m) {
    bool isInsert = i.opcode[0] == "bfi";
    operands(i, isInsert ? 5 : 4);
    Type type = m.type();
    std::string arguments;
    for (int k = 1; k <= (isInsert ? 2 : 1); k++) arguments += read(i, i.operands[k], type) + ", ";
    size_t position = isInsert ? 3 : 2;
    write(i, i.operands[0], type,
          std::string(isInsert ? "insertField<" : "extractField<") + cppType(type) + ">(" + arguments + read(i, i.operands[position], U32)
              + ", " + read(i, i.operands[position + 1], U32) + ")");
}

void Writer::countBits(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    const std::string& name = i.opcode[0];
    bool asShift = m.has("shiftamt");
    Type type = m.type();
    Type word{Kind::Unsigned, type.bits};
    std::string a = read(i, i.operands[1], word);
    if (name == "brev") {
        write(i, i.operands[0], word, "reverseBits<" + cppType(word) + ">(" + a + ")");
    } else if (name == "popc") {
        write(i, i.operands[0], U32, "(uint32_t)__builtin_popcountll(" + a + ")");
    } else if (name == "clz") {
        write(i, i.operands[0], U32, "countLeadingZeros(" + a + ")");
    } else {
        // A negative number is searched for its highest zero.
        std::string value = type.kind == Kind::Signed
                                ? "(" + a + " >> " + std::to_string(type.bits - 1) + " ? (" + cppType(word) + ")~" + a + " : " + a + ")"
                                : a;
        write(i, i.operands[0], U32, "findHighest(" + value + ", " + (asShift ? "true" : "false") + ", " + std::to_string(type.bits) + ")");
    }
}

}    // namespace emulator::ptx
