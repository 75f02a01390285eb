// Tries instructions one by one: for each a kernel is written that loads its operands, executes it and stores what it gives, and the host's
// function says what that should be, bit by bit.
#pragma once
#include "Driver.h"
#include <functional>

namespace check {

struct Instruction {
    std::string text;    // with $a, $b, $c for operands and $d for the result, such as "add.s32 $d, $a, $b;"
    int in, out;         // bits of operands and result
    std::function<uint64_t(uint64_t, uint64_t, uint64_t)> expected;
    bool isFloat = false;    // any NaN is as good as another
    double tolerance = 0;    // relative, of single floats
    int in3 = 0;             // bits of $c, where they are others; $b has those of $a unless in2 says otherwise
    int in2 = 0;
};

// Runs all of them on the same operands: numbers at the edges of their types, and random ones.
void tryInstructions(const std::vector<Instruction>& instructions);

}    // namespace check
