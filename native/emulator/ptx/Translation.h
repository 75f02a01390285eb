// C++ text that does what a module's PTX says.
#pragma once
#include "Syntax.h"

namespace emulator::ptx {

// A place that an error can be about: its index is the number that the C++ text hands to the emulator.
struct SiteInfo {
    int line = 0;
    std::string text;
    std::string function;
    int bytes = 0;
    bool reads = false, writes = false;
    Space space = Space::Generic;
};

struct Kernel {
    int line = 0;
    std::string name;      // as PTX has it
    std::string symbol;    // in the C++ text
    size_t text = 0;       // which of the texts it is in
    std::vector<Variable> parameters;
    uint64_t parameterBytes = 0;
    uint64_t staticShared = 0;
    uint64_t localBytes = 0;
    int maxThreads = 1024;
    int reqThreads[3] = {0, 0, 0};
    int registers = 0;          // 32-bit registers that a thread names
    bool waits = false;         // it has operations for which a thread waits for others
    bool addsFloats = false;    // it adds floats atomically to global memory: the order of blocks shows in its results
};

struct Translation {
    std::vector<std::string> texts;    // a few kernels each, so that several can be compiled at a time
    std::vector<Kernel> kernels;
    std::vector<SiteInfo> sites;
    std::vector<Variable> variables;    // in the order of Block::symbols
};

// Throws Fault at what is not supported: an instruction is translated wholly or not at all.
Translation translate(const Module& module);

}    // namespace emulator::ptx
