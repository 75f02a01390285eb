// Loads, stores, atomic operations and copies that arrive later.
#include "Writer.h"

namespace emulator::ptx {

// The state space that an opcode names; none is the generic one. Hints to caches and orders of memory say nothing more here:
// a store is visible to every thread as soon as it has been made.
Space Writer::space(Modifiers& m) {
    m.ignore({"weak",
              "relaxed",
              "acquire",
              "release",
              "acq_rel",
              "volatile",
              "cta",
              "cluster",
              "gpu",
              "sys",
              "ca",
              "cg",
              "cs",
              "lu",
              "cv",
              "wb",
              "wt",
              "nc",
              "L1::evict_normal",
              "L1::evict_unchanged",
              "L1::evict_first",
              "L1::evict_last",
              "L1::no_allocate",
              "L2::64B",
              "L2::128B",
              "L2::256B",
              "unified"});
    std::string name = m.any({"global", "shared", "shared::cta", "local", "const", "param", "param::entry", "param::func"});
    if (name == "global") return Space::Global;
    if (name == "const") return Space::Const;
    if (name == "local") return Space::Local;
    if (name.rfind("shared", 0) == 0) return Space::Shared;
    return name.empty() ? Space::Generic : Space::Param;
}

static int vectorLength(Modifiers& m) { return m.has("v2") ? 2 : m.has("v4") ? 4 : m.has("v8") ? 8 : 1; }

void Writer::load(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    Space from = space(m);
    int count = vectorLength(m);
    Type type = m.type();
    std::string at = place(i, i.operands[1], from, type.bytes() * count, true, false), value = cppType(type);
    const Operand& to = i.operands[0];
    if (count == 1) return write(i, to, type, "load<" + value + ">(" + at + ")");
    if (to.form != Operand::Form::Vector || (int)to.parts.size() != count || type.bytes() * count > 16)
        fail(i, "a vector of another length");
    line("{ const uint8_t* at = " + at + ";");
    for (int k = 0; k < count; k++) {
        write(i, to.parts[k], type, "load<" + value + ">(at + " + std::to_string(k * type.bytes()) + ")");
    }
    line("}");
}

void Writer::store(const Instruction& i, Modifiers& m) {
    operands(i, 2);
    Space to = space(m);
    int count = vectorLength(m);
    Type type = m.type();
    if (to == Space::Const) fail(i, "constant memory is not written");
    std::string at = place(i, i.operands[0], to, type.bytes() * count, false, true), value = cppType(type);
    const Operand& from = i.operands[1];
    if (count == 1) return line("store<" + value + ">(" + at + ", " + read(i, from, type) + ");");
    if (from.form != Operand::Form::Vector || (int)from.parts.size() != count || type.bytes() * count > 16)
        fail(i, "a vector of another length");
    line("{ uint8_t* at = " + at + ";");
    for (int k = 0; k < count; k++) {
        line("store<" + value + ">(at + " + std::to_string(k * type.bytes()) + ", " + read(i, from.parts[k], type) + ");");
    }
    line("}");
}

void Writer::atomicOperation(const Instruction& i, Modifiers& m) {
    bool returns = i.opcode[0] == "atom";
    Space where = space(m);
    m.ignore({"noftz"});
    std::string name = m.need("atomic operation", {"add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"});
    Type type = m.type();
    size_t first = returns ? 1 : 0, values = name == "cas" ? 2 : 1;
    operands(i, first + 1 + values);
    if (where != Space::Global && where != Space::Shared && where != Space::Generic) fail(i, "no atomic operations there");
    bool isHalves = type.kind == Kind::HalfPair || type.kind == Kind::BrainPair,
         isHalf = type.kind == Kind::Half || type.kind == Kind::Brain;
    bool isFloat = type.kind == Kind::Float || isHalf || isHalves;
    if (isFloat && name != "add" && name != "exch") fail(i, "the emulator does not know this of floats");
    addsFloats |= isFloat && where != Space::Shared;
    std::string value = cppType(type), b = read(i, i.operands[first + 1], type);
    std::string at = place(i, i.operands[first], where, type.bytes(), true, true);
    std::string math = type.kind == Kind::Half || type.kind == Kind::HalfPair ? "halfAdd<HalfMath>" : "halfAdd<BrainMath>", change;
    if (name == "add") {
        // In global memory a card flushes subnormal floats of atomic sums to zero.
        change = isHalves                                ? "pairOf(" + math + "(lowOf(a), lowOf(b)), " + math + "(highOf(a), highOf(b)))"
                 : isHalf                                ? math + "(a, b)"
                 : type == F32 && where != Space::Shared ? "flush(flush(a) + flush(b))"
                 : type.kind == Kind::Float              ? "a + b"
                                                         : "(" + storageType(type) + ")a + (" + storageType(type) + ")b";
    } else {
        static const std::map<std::string, const char*> changes = {{"min", "a < b ? a : b"},
                                                                   {"max", "a > b ? a : b"},
                                                                   {"and", "a & b"},
                                                                   {"or", "a | b"},
                                                                   {"xor", "a ^ b"},
                                                                   {"exch", "b"},
                                                                   {"cas", "a == b ? c : a"},
                                                                   {"inc", "a >= b ? 0 : a + 1"},
                                                                   {"dec", "a == 0 || a > b ? b : a - 1"}};
        change = changes.at(name);
    }
    line("{ const " + value + " b = " + b + ";"
         + (values == 2 ? " const " + value + " c = " + read(i, i.operands[first + 2], type) + ";" : ""));
    std::string call = "atomic<" + value + ">(" + at + ", [&](" + value + " a) -> " + value + " { (void)a, (void)b; return (" + value + ")("
                       + change + "); })";
    if (returns) {
        write(i, i.operands[0], type, call);
    } else {
        line(call + ";");
    }
    line("}");
}

// cp.async: what is copied may be seen only after the wait; until then the destination holds what no test expects.
void Writer::copyLater(const Instruction& i, Modifiers& m) {
    m.need("copy", {"async"});
    if (m.has("commit_group")) return line("block.runtime->commitCopies(thread);");
    if (m.has("wait_all")) return line("block.runtime->waitCopies(thread, 0, true);");
    if (m.has("wait_group")) {
        operands(i, 1);
        return line("block.runtime->waitCopies(thread, " + read(i, i.operands[0], U32) + ", false);");
    }
    m.need("copy", {"ca", "cg"});
    m.ignore({"L2::64B", "L2::128B", "L2::256B", "global"});
    m.need("copy", {"shared", "shared::cta"});
    operands(i, 3, 4);
    if (i.operands[2].form != Operand::Form::Integer) fail(i, "the size of a copy is no number");
    int bytes = (int)i.operands[2].bits;
    if (bytes != 4 && bytes != 8 && bytes != 16) fail(i, "a copy is of 4, 8 or 16 bytes");
    std::string size = std::to_string(bytes) + "u", count = size;
    if (i.operands.size() == 4) {
        const Operand& last = i.operands[3];
        bool isPredicate = last.form == Operand::Form::Register && last.type.kind == Kind::Predicate;
        count = isPredicate ? "(" + read(i, last, Pred) + " ? 0u : " + size + ")" : read(i, last, U32);
    }
    line("{ const uint32_t count = " + count + ";");
    line("block.runtime->copyLater(thread, " + siteArgument(i) + ", " + place(i, i.operands[0], Space::Shared, bytes, false, true)
         + ", count == 0 ? nullptr : " + place(i, i.operands[1], Space::Global, bytes, true, false) + ", " + size + ", count); }");
}

void Writer::prefetch(const Instruction& i, Modifiers& m) {
    operands(i, 1);
    m.ignore({"global", "local", "L1", "L2", "L2::evict_last", "L2::evict_normal"});
}

void Writer::fence(const Instruction& i, Modifiers& m) {
    operands(i, 0);
    m.ignore({"sc", "acq_rel", "cta", "gl", "gpu", "sys"});
    line("__atomic_thread_fence(__ATOMIC_SEQ_CST);");
}

}    // namespace emulator::ptx
