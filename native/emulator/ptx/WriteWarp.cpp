// Operations for which threads wait for each other: barriers, shuffles, votes, and products of matrices.
#include "Writer.h"

namespace emulator::ptx {

void Writer::shuffleLanes(const Instruction& i, Modifiers& m) {
    operands(i, 5);
    waits = true;
    m.need("shuffle", {"sync"});
    static const std::map<std::string, const char*> variants = {
        {"up", "ShuffleUp"}, {"down", "ShuffleDown"}, {"bfly", "ShuffleButterfly"}, {"idx", "ShuffleIndex"}};
    std::string variant = variants.at(m.need("shuffle", {"up", "down", "bfly", "idx"}));
    m.type();
    const Operand& to = i.operands[0];
    bool isPair = to.form == Operand::Form::Pair;
    line("{ bool inRange = false; const uint32_t value = shuffle(thread, " + siteArgument(i) + ", " + variant + ", "
         + read(i, i.operands[4], U32) + ", " + read(i, i.operands[1], U32) + ", " + read(i, i.operands[2], U32) + ", "
         + read(i, i.operands[3], U32) + ", &inRange);");
    write(i, isPair ? to.parts[0] : to, B32, "value");
    if (isPair) write(i, to.parts[1], Pred, "inRange");
    line("}");
}

void Writer::voteLanes(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    waits = true;
    m.need("vote", {"sync"});
    static const std::map<std::string, const char*> variants = {
        {"all", "VoteAll"}, {"any", "VoteAny"}, {"uni", "VoteUniform"}, {"ballot", "VoteBallot"}};
    std::string variant = m.need("vote", {"all", "any", "uni", "ballot"});
    Type type = m.type();
    std::string value = "vote(thread, " + siteArgument(i) + ", " + variants.at(variant) + ", " + read(i, i.operands[2], U32) + ", "
                        + read(i, i.operands[1], Pred) + ")";
    write(i, i.operands[0], variant == "ballot" ? B32 : Pred, variant == "ballot" ? value : value + " != 0");
    (void)type;
}

void Writer::matchLanes(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    waits = true;
    bool isAll = m.need("match", {"any", "all"}) == "all";
    m.need("match", {"sync"});
    Type type = m.type();
    const Operand& to = i.operands[0];
    bool isPair = to.form == Operand::Form::Pair;
    line("{ bool isAll = false; const uint32_t lanes = match(thread, " + siteArgument(i) + ", " + (isAll ? "MatchAll" : "MatchAny") + ", "
         + read(i, i.operands[2], U32) + ", " + read(i, i.operands[1], type) + ", &isAll);");
    write(i, isPair ? to.parts[0] : to, B32, "lanes");
    if (isPair) write(i, to.parts[1], Pred, "isAll");
    line("}");
}

void Writer::reduceLanes(const Instruction& i, Modifiers& m) {
    operands(i, 3);
    waits = true;
    m.need("reduction", {"sync"});
    std::string name = m.need("reduction", {"add", "min", "max", "and", "or", "xor"});
    Type type = m.type();
    if (!type.isInteger() || type.bits != 32) fail(i, "the emulator does not know this type here");
    std::string variant = "Reduce" + std::string(1, (char)std::toupper(name[0])) + name.substr(1);
    if (type.kind == Kind::Signed && (name == "min" || name == "max")) variant += "Signed";
    write(i, i.operands[0], U32,
          "reduce(thread, " + siteArgument(i) + ", " + variant + ", " + read(i, i.operands[2], U32) + ", " + read(i, i.operands[1], U32)
              + ")");
}

void Writer::activeLanes(const Instruction& i, Modifiers& m) {
    operands(i, 1);
    waits = true;
    m.type();
    write(i, i.operands[0], B32, "activeMask(thread, " + siteArgument(i) + ")");
}

void Writer::barrier(const Instruction& i, Modifiers& m) {
    waits = true;
    if (m.has("warp")) {
        operands(i, 1);
        m.need("barrier", {"sync"});
        return line("warpBarrier(thread, " + siteArgument(i) + ", " + read(i, i.operands[0], U32) + ");");
    }
    m.ignore({"cta"});
    std::string kind = m.need("barrier", {"sync", "arrive", "red"});
    bool isAligned = m.has("aligned") || i.opcode[0] == "bar";
    std::string flags = isAligned ? "true" : "false";
    if (kind == "red") {
        std::string combine = m.need("reduction", {"popc", "and", "or"});
        m.type();
        operands(i, 3, 4);
        bool isCounted = i.operands.size() == 4;
        std::string call = "block.runtime->barrierReduce(thread, " + siteArgument(i) + ", " + read(i, i.operands[1], U32) + ", "
                           + (isCounted ? read(i, i.operands[2], U32) : "0u") + ", "
                           + (combine == "popc"  ? "BarrierCount"
                              : combine == "and" ? "BarrierAnd"
                                                 : "BarrierOr")
                           + ", " + read(i, i.operands[isCounted ? 3 : 2], Pred) + ")";
        return write(i, i.operands[0], combine == "popc" ? U32 : Pred, combine == "popc" ? call : call + " != 0");
    }
    operands(i, kind == "arrive" ? 2 : 1, 2);
    line("block.runtime->barrier(thread, " + siteArgument(i) + ", " + read(i, i.operands[0], U32) + ", "
         + (i.operands.size() > 1 ? read(i, i.operands[1], U32) : "0u") + ", " + flags + ", " + (kind == "arrive" ? "true" : "false")
         + ");");
}

void Writer::matrixMultiply(const Instruction& i, Modifiers& m) {
    operands(i, 4);
    waits = true;
    m.need("product", {"sync"});
    m.need("product", {"aligned"});
    std::string shape = m.need("shape", {"m16n8k16", "m16n8k8", "m16n8k4", "m16n8k32"});
    m.need("layout", {"row"});
    m.need("layout", {"col"});
    std::string kinds;
    for (size_t k = i.opcode.size() - 4; k < i.opcode.size(); k++) kinds += (kinds.empty() ? "" : ".") + i.opcode[k];
    struct Form {
        const char* variant;
        size_t a, b, c;
    };
    static const std::map<std::string, Form> forms = {
        {"m16n8k16 f32.f16.f16.f32", {"MatrixHalf", 4, 2, 4}},          {"m16n8k16 f32.bf16.bf16.f32", {"MatrixBrain", 4, 2, 4}},
        {"m16n8k16 f16.f16.f16.f16", {"MatrixHalfSums", 4, 2, 2}},      {"m16n8k8 f32.f16.f16.f32", {"MatrixSmallHalf", 2, 1, 4}},
        {"m16n8k8 f32.bf16.bf16.f32", {"MatrixSmallBrain", 2, 1, 4}},   {"m16n8k8 f32.tf32.tf32.f32", {"MatrixTensor", 4, 2, 4}},
        {"m16n8k4 f32.tf32.tf32.f32", {"MatrixSmallTensor", 2, 1, 4}},  {"m16n8k32 s32.s8.s8.s32", {"MatrixSignedSigned", 4, 2, 4}},
        {"m16n8k32 s32.s8.u8.s32", {"MatrixSignedUnsigned", 4, 2, 4}},  {"m16n8k32 s32.u8.s8.s32", {"MatrixUnsignedSigned", 4, 2, 4}},
        {"m16n8k32 s32.u8.u8.s32", {"MatrixUnsignedUnsigned", 4, 2, 4}}};
    auto form = forms.find(shape + " " + kinds);
    if (form == forms.end()) fail(i, "the emulator does not know this product of matrices");
    m.ignore({"tf32"});
    m.ignore({"tf32"});
    while (m.hasType()) m.type();
    size_t counts[] = {form->second.c, form->second.a, form->second.b, form->second.c}, starts[] = {0, 0, 4, 8};
    for (int k = 0; k < 4; k++) {
        bool fits = i.operands[k].form == Operand::Form::Vector ? i.operands[k].parts.size() == counts[k] : counts[k] == 1;
        if (!fits) fail(i, "a fragment has another number of registers");
    }
    auto part = [&](int k, size_t index) -> const Operand& {
        return i.operands[k].form == Operand::Form::Vector ? i.operands[k].parts[index] : i.operands[k];
    };
    line(std::string("{ WarpOperation operation{WarpKind::Matrix, ") + form->second.variant + ", " + siteArgument(i)
         + ", ~0u, 0, 0, 0, 0, 0, false, {}, nullptr};");
    for (int k = 1; k < 4; k++) {
        for (size_t index = 0; index < counts[k]; index++) {
            line("operation.registers[" + std::to_string(starts[k] + index) + "] = " + read(i, part(k, index), B32) + ";");
        }
    }
    line("matrix(thread, operation);");
    for (size_t index = 0; index < counts[0]; index++) write(i, part(0, index), B32, "operation.registers[" + std::to_string(index) + "]");
    line("}");
}

void Writer::loadMatrix(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    waits = true;
    m.need("load of matrices", {"sync"});
    m.need("load of matrices", {"aligned"});
    m.need("shape", {"m8n8"});
    std::string count = m.need("number of matrices", {"x1", "x2", "x4"});
    bool isTransposed = m.has("trans");
    m.ignore({"shared", "shared::cta"});
    if (m.type() != B16) fail(i, "the emulator does not know this type here");
    size_t matrices = (size_t)(count[1] - '0');
    const Operand& to = i.operands[0];
    if (to.form != Operand::Form::Vector || to.parts.size() != matrices) fail(i, "a fragment has another number of registers");
    line("{ WarpOperation operation{WarpKind::LoadMatrix, " + std::to_string(matrices) + (isTransposed ? " | 8u" : "") + ", "
         + siteArgument(i) + ", ~0u, 0, 0, 0, 0, 0, false, {}, nullptr};");
    line("if (thread.lane < " + std::to_string(8 * matrices)
         + "u) operation.rows = " + place(i, i.operands[1], Space::Shared, 16, true, false) + ";");
    line("matrix(thread, operation);");
    for (size_t index = 0; index < matrices; index++) write(i, to.parts[index], B32, "operation.registers[" + std::to_string(index) + "]");
    line("}");
}

}    // namespace emulator::ptx
