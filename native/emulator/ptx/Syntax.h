// What a PTX file says, once it has been read: a module of variables and functions, a function of labels and instructions.
// Names are resolved by the parser: an operand that names a register holds the name that the register has in the C++ text.
#pragma once
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace emulator::ptx {

enum class Kind { Unsigned, Signed, Bits, Float, Half, HalfPair, Brain, BrainPair, Predicate };

// A type as an instruction or a declaration names it; bits is its width (a predicate has 1).
struct Type {
    Kind kind = Kind::Bits;
    int bits = 32;
    bool operator==(const Type&) const = default;
    int bytes() const { return bits < 8 ? 1 : bits / 8; }
    bool isInteger() const { return kind == Kind::Unsigned || kind == Kind::Signed || kind == Kind::Bits; }
};

enum class Space { Global, Const, Shared, Local, Param, Generic };

// A failure to read or translate, with the line of the PTX text that it is about.
struct Fault : std::runtime_error {
    int line;
    Fault(int line, const std::string& what) : std::runtime_error(what), line(line) {}
};

struct Initializer {
    uint64_t bits = 0;     // the value, or what is added to the symbol's address
    std::string symbol;    // empty for a number
};

struct Variable {
    int line = 0;
    Space space = Space::Global;
    std::string name;    // as PTX has it
    std::string text;    // as the C++ text has it (parameters of calls)
    Type type;
    int alignment = 1;
    uint64_t bytes = 0;    // 0: an array without a length
    bool isExternal = false;
    std::vector<Initializer> values;
    uint64_t offset = 0;    // inside parameter memory
};

struct Operand {
    enum class Form { Register, Special, Integer, Real, Address, Vector, Pair, Symbol, Sink, Group };
    Form form = Form::Integer;
    std::string name;          // register (C++ name), special register or symbol (PTX name)
    Type type;                 // of a register's storage
    bool isNegated = false;    // !%p
    uint64_t bits = 0;         // an integer; a real number's bits as f64, or f32 where isSingle
    bool isSingle = false;
    int64_t offset = 0;            // [name + offset]
    std::vector<Operand> parts;    // {a, b}, (a, b), a|b, and the base of an address
};

struct Instruction {
    int line = 0;
    std::string text;     // the whole instruction, for messages
    std::string label;    // a label instead of an instruction
    std::string guard;    // C++ name of the predicate, empty without one
    bool guardIsNegated = false;
    std::vector<std::string> opcode;    // split at the dots
    std::vector<Operand> operands;
};

struct Function {
    int line = 0;
    std::string name;
    bool isEntry = false;
    bool hasBody = false;
    std::vector<Variable> results;
    std::vector<Variable> parameters;
    std::vector<Variable> locals;             // .local
    std::vector<Variable> callParameters;     // .param inside the body
    std::map<std::string, Type> registers;    // C++ name of each that is used
    std::map<std::string, std::vector<std::string>> branchTargets;
    std::vector<Instruction> body;
    uint64_t localBytes = 0;
    uint64_t parameterBytes = 0;
    int maxThreads = 1024;    // .maxntid, .reqntid
    int reqThreads[3] = {0, 0, 0};
};

struct Module {
    int versionMajor = 0, versionMinor = 0;
    int target = 0;                     // 80 for sm_80
    std::vector<Variable> variables;    // .global, .const
    std::vector<Variable> shared;       // all .shared, those without a length too
    std::vector<Function> functions;
};

// Reads the text of a module. Throws Fault.
Module parse(const std::string& text);

}    // namespace emulator::ptx
