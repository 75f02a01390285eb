// Words, numbers and signs of a PTX text.
#pragma once
#include "Syntax.h"

namespace emulator::ptx {

struct Token {
    enum class Form { Word, Integer, Real, Text, Sign, End };
    Form form = Form::End;
    std::string text;
    uint64_t bits = 0;    // of numbers; of a real number f64's bits, or f32's where isSingle
    bool isSingle = false;
    int line = 0;
    size_t begin = 0, end = 0;    // where it stands in the text
};

// The tokens, the last of which is an End. Throws Fault at a character that PTX does not have.
std::vector<Token> lex(const std::string& text);

}    // namespace emulator::ptx
