// Writes the C++ text of one function. What each instruction means is written by the Write*.cpp files, chosen by Instructions.cpp.
#pragma once
#include "Translation.h"
#include "Types.h"
#include <set>

namespace emulator::ptx {

// The parts of an opcode behind its first: each must be asked for, so that nothing is passed over.
class Modifiers {
public:
    explicit Modifiers(const Instruction& instruction);
    bool has(const char* name);
    // The first of the names that is there, or an empty string.
    std::string any(std::initializer_list<const char*> names);
    std::string need(const char* what, std::initializer_list<const char*> names);
    Type type();    // the next type; throws if there is none
    bool hasType() const { return nextType < types.size(); }
    void ignore(std::initializer_list<const char*> names);
    void finish() const;    // throws if a part has not been asked for

private:
    const Instruction& instruction;
    std::vector<std::string> parts;
    std::vector<Type> types;
    size_t nextType = 0;
};

// What the functions of a module share.
struct ModuleText {
    const Module& module;
    Translation& translation;
    std::map<std::string, size_t> variables;    // index of a .global or .const variable
    std::map<std::string, const Variable*> shared;
    std::map<std::string, int> functions;    // index in module.functions
};

class Writer {
public:
    Writer(ModuleText& all, const Function& function, int number, const std::map<std::string, uint64_t>& sharedOffsets)
        : all(all), function(function), number(number), sharedOffsets(sharedOffsets) {}
    std::string write();
    std::string signature() const;

    bool waits = false, addsFloats = false;
    std::set<int> calls;

private:
    friend struct Handlers;
    ModuleText& all;
    const Function& function;
    int number;
    const std::map<std::string, uint64_t>& sharedOffsets;
    std::string text;
    std::string indent = "    ";

    // Writer.cpp
    void line(const std::string& statement) { text += indent + statement + "\n"; }
    void instruction(const Instruction& instruction);
    [[noreturn]] void fail(const Instruction& instruction, const std::string& what) const;
    void operands(const Instruction& instruction, size_t least, size_t most = 0) const;
    int site(const Instruction& instruction, int bytes = 0, bool reads = false, bool writes = false, Space space = Space::Generic);
    std::string siteArgument(const Instruction& instruction);

    // Operands.cpp
    std::string read(const Instruction& instruction, const Operand& operand, Type type);
    std::string special(const Instruction& instruction, const std::string& name);
    std::string symbolAddress(const Instruction& instruction, const std::string& name, int64_t offset);
    void write(const Instruction& instruction, const Operand& to, Type type, const std::string& expression);
    std::string address(const Instruction& instruction, const Operand& operand);
    std::string place(const Instruction& instruction, const Operand& address, Space space, int bytes, bool reads, bool writes);
    std::string parameterPlace(const Instruction& instruction, const Operand& address, int bytes);
    std::string localName(const Variable& variable) const;

    // WriteArithmetic.cpp, WriteFloat.cpp, WriteHalf.cpp
    void addSubtract(const Instruction&, Modifiers&);
    void multiply(const Instruction&, Modifiers&);
    void multiplyAdd(const Instruction&, Modifiers&);
    void multiply24(const Instruction&, Modifiers&);
    void fusedMultiplyAdd(const Instruction&, Modifiers&);
    void divideRemainder(const Instruction&, Modifiers&);
    void minimumMaximum(const Instruction&, Modifiers&);
    void absoluteNegative(const Instruction&, Modifiers&);
    void sumOfDifferences(const Instruction&, Modifiers&);
    void dotProduct(const Instruction&, Modifiers&);
    void root(const Instruction&, Modifiers&);
    void transcendental(const Instruction&, Modifiers&);
    void copySignTest(const Instruction&, Modifiers&);
    void floatResult(const Instruction&, Type type, bool flushes, bool clamps, const std::string& expression);
    std::string floatOperand(const Instruction&, const Operand&, Type type, bool flushes);
    std::string directed(Type type, const std::string& rounding, const char* operation, const std::vector<std::string>& arguments);
    bool halfArithmetic(const Instruction&, Modifiers&, Type type, const std::string& function, int arguments);

    // WriteBits.cpp
    void logic(const Instruction&, Modifiers&);
    void lookup(const Instruction&, Modifiers&);
    void shift(const Instruction&, Modifiers&);
    void funnelShift(const Instruction&, Modifiers&);
    void permuteBytes(const Instruction&, Modifiers&);
    void bitField(const Instruction&, Modifiers&);
    void countBits(const Instruction&, Modifiers&);

    // WriteCompare.cpp
    std::string comparison(const Instruction&, const std::string& name, Type type, const std::string& a, const std::string& b);
    void setPredicate(const Instruction&, Modifiers&);
    void setValue(const Instruction&, Modifiers&);
    void select(const Instruction&, Modifiers&);
    void selectBySign(const Instruction&, Modifiers&);

    // WriteConvert.cpp
    void convert(const Instruction&, Modifiers&);
    void convertPair(const Instruction&, Modifiers&, Type to, const std::string& rounding, bool isRelu);
    void convertAddress(const Instruction&, Modifiers&);
    void isInSpace(const Instruction&, Modifiers&);
    void move(const Instruction&, Modifiers&);

    // WriteMemory.cpp
    Space space(Modifiers&);
    void load(const Instruction&, Modifiers&);
    void store(const Instruction&, Modifiers&);
    void atomicOperation(const Instruction&, Modifiers&);
    void copyLater(const Instruction&, Modifiers&);
    void prefetch(const Instruction&, Modifiers&);
    void fence(const Instruction&, Modifiers&);

    // WriteControl.cpp
    void branch(const Instruction&, Modifiers&);
    void branchIndexed(const Instruction&, Modifiers&);
    void call(const Instruction&, Modifiers&);
    void leave(const Instruction&, Modifiers&);
    void exitThread(const Instruction&, Modifiers&);
    void trap(const Instruction&, Modifiers&);
    void sleep(const Instruction&, Modifiers&);

    // WriteWarp.cpp
    void shuffleLanes(const Instruction&, Modifiers&);
    void voteLanes(const Instruction&, Modifiers&);
    void matchLanes(const Instruction&, Modifiers&);
    void reduceLanes(const Instruction&, Modifiers&);
    void activeLanes(const Instruction&, Modifiers&);
    void barrier(const Instruction&, Modifiers&);
    void matrixMultiply(const Instruction&, Modifiers&);
    void loadMatrix(const Instruction&, Modifiers&);
};

// What writes an instruction, by the first part of its opcode; nullptr where the emulator does not know it.
using Handler = void (Writer::*)(const Instruction&, Modifiers&);
struct Handlers {
    static Handler find(const std::string& name);
};

// A C++ label of a PTX label.
std::string labelName(const std::string& name);

}    // namespace emulator::ptx
