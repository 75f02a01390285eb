#include "Parser.h"
#include <algorithm>
#include <bit>

namespace emulator::ptx {

Module parse(const std::string& text) { return Parser(text).module(); }

void Parser::fail(const std::string& what) const {
    const Token& token = peek();
    std::string found =
        token.form == Token::Form::End ? "the end of the text" : "'" + text.substr(token.begin, token.end - token.begin) + "'";
    throw Fault(token.line, what + ", found " + found);
}

bool Parser::accept(const char* wanted) {
    if (peek().text != wanted || (peek().form != Token::Form::Sign && peek().form != Token::Form::Word)) return false;
    take();
    return true;
}

void Parser::expect(const char* wanted) {
    if (!accept(wanted)) fail(std::string("expected '") + wanted + "'");
}

std::string Parser::word(const char* what) {
    if (peek().form != Token::Form::Word) fail(std::string("expected ") + what);
    return take().text;
}

uint64_t Parser::integer(const char* what) {
    bool isNegative = accept("-");
    if (peek().form != Token::Form::Integer) fail(std::string("expected ") + what);
    uint64_t bits = take().bits;
    return isNegative ? 0 - bits : bits;
}

Module Parser::module() {
    header();
    while (peek().form != Token::Form::End) {
        bool isExternal = false;
        if (accept(".visible") || accept(".weak") || accept(".common")) {
        } else if (accept(".extern")) {
            isExternal = true;
        }
        if (accept(".entry")) {
            functionDefinition(true, isExternal);
        } else if (accept(".func")) {
            functionDefinition(false, isExternal);
        } else if (accept(".global")) {
            variables(Space::Global, isExternal);
        } else if (accept(".const")) {
            variables(Space::Const, isExternal);
        } else if (accept(".shared")) {
            variables(Space::Shared, isExternal);
        } else if (isWord(".file") || isWord(".section") || isWord(".loc") || isWord(".pragma")) {
            skipDebugInformation();
        } else {
            fail("expected a function or a variable");
        }
    }
    return std::move(result);
}

// The version 7.8 is read as a real number: it is taken from the text instead.
void Parser::header() {
    expect(".version");
    const Token& version = take();
    std::string number = text.substr(version.begin, version.end - version.begin);
    size_t dot = number.find('.');
    if (version.form != Token::Form::Real || dot == std::string::npos || dot + 1 == number.size() || number.size() > 5)
        fail("expected a version such as 7.8");
    result.versionMajor = std::stoi(number.substr(0, dot));
    result.versionMinor = std::stoi(number.substr(dot + 1));
    expect(".target");
    int line = peek().line;
    std::string target = word("a target");
    if (target.rfind("sm_", 0) != 0) throw Fault(line, "expected a target such as sm_80, found '" + target + "'");
    result.target = std::atoi(target.c_str() + 3);
    while (accept(",")) word("a target's option");
    expect(".address_size");
    if (integer("an address size") != 64) throw Fault(line, "only 64-bit addresses are supported");
}

// Debug information takes the rest of its line, a section what is between its braces.
void Parser::skipDebugInformation() {
    int line = peek().line;
    bool isSection = isWord(".section");
    do take();
    while (peek().line == line && peek().form != Token::Form::End && !isSign("{"));
    if (isSection && accept("{")) {
        while (!accept("}")) {
            if (peek().form == Token::Form::End) fail("a section does not end");
            take();
        }
    }
}

void Parser::variables(Space space, bool isExternal) {
    do {
        Variable read = variable(space, isExternal);
        if (!symbols.insert(read.name).second) throw Fault(read.line, "'" + read.name + "' is declared twice");
        if (space == Space::Shared) {
            result.shared.push_back(read);
        } else if (space == Space::Local) {
            function->locals.push_back(read);
        } else {
            if (isExternal) throw Fault(read.line, "'" + read.name + "' is external: modules are not linked");
            result.variables.push_back(read);
        }
    } while (accept(","));
    expect(";");
}

Variable Parser::variable(Space space, bool isExternal) {
    Variable read;
    read.line = peek().line;
    read.space = space;
    read.isExternal = isExternal;
    bool isAligned = false, isPointer = false;
    int vector = 1;
    for (;;) {
        if (accept(".align")) {
            uint64_t alignment = integer("an alignment");
            if (alignment == 0 || alignment > 1024 || (alignment & (alignment - 1)))
                throw Fault(read.line, "expected an alignment of 1, 2, 4, …");
            // Behind .ptr stands how what the parameter points to is aligned.
            if (!isPointer) read.alignment = (int)alignment;
            isAligned |= !isPointer;
        } else if (accept(".v2")) {
            vector = 2;
        } else if (accept(".v4")) {
            vector = 4;
        } else if (accept(".ptr")) {
            isPointer = true;
        } else if (accept(".global") || accept(".const") || accept(".shared") || accept(".local") || accept(".attribute")) {
            if (isSign("(")) group(")", Operand::Form::Group);
        } else if (auto type =
                       peek().form == Token::Form::Word && peek().text[0] == '.' ? typeNamed(peek().text.substr(1)) : std::nullopt) {
            read.type = *type;
            take();
        } else {
            break;
        }
    }
    read.name = word("the name of a variable");
    read.bytes = (uint64_t)read.type.bytes() * vector;
    if (!isAligned) read.alignment = (int)read.bytes;
    while (accept("[")) {
        if (accept("]")) {
            read.bytes = 0;
        } else {
            uint64_t length = integer("a length");
            if (length > (1ull << 40) / std::max<uint64_t>(read.bytes, 1)) throw Fault(read.line, "a variable of more than 1 TiB");
            read.bytes *= length;
            expect("]");
        }
    }
    if (accept("=")) {
        read.values = initializers(read.type);
        uint64_t held = read.values.size() * read.type.bytes();
        if (read.bytes == 0) read.bytes = held;
        if (held > read.bytes) throw Fault(read.line, "'" + read.name + "' has more values than places");
    }
    return read;
}

std::vector<Initializer> Parser::initializers(Type type) {
    std::vector<Initializer> values;
    if (accept("{")) {
        do {
            auto inner = initializers(type);
            values.insert(values.end(), inner.begin(), inner.end());
        } while (accept(","));
        expect("}");
    } else {
        values.push_back(initializer(type));
    }
    return values;
}

Initializer Parser::initializer(Type type) {
    Initializer value;
    if (peek().form == Token::Form::Word) {
        if (type.bits != 64) fail("expected a number: an address has 64 bits");
        value.symbol = take().text;
        if (value.symbol == "generic") {
            expect("(");
            value.symbol = word("a variable");
            expect(")");
        }
        if (accept("+")) value.bits = integer("an offset");
    } else if (peek().form == Token::Form::Real) {
        const Token& number = take();
        value.bits = number.bits;
        if (number.isSingle != (type.bits == 32)) {
            if (number.isSingle || type.bits != 32) throw Fault(number.line, "a float of another width");
            float single = (float)std::bit_cast<double>(number.bits);
            value.bits = std::bit_cast<uint32_t>(single);
        }
    } else {
        value.bits = integer("a value");
    }
    return value;
}

std::vector<Variable> Parser::parameterList(bool isEntry) {
    std::vector<Variable> parameters;
    if (!accept("(")) return parameters;
    uint64_t offset = 0;
    while (!accept(")")) {
        if (!parameters.empty()) expect(",");
        if (!accept(".param")) fail("expected a parameter in parameter memory");
        Variable parameter = variable(Space::Param, false);
        parameter.text = "parameter_" + std::to_string(parameters.size());
        offset = (offset + parameter.alignment - 1) / parameter.alignment * parameter.alignment;
        parameter.offset = isEntry ? offset : 0;
        offset += parameter.bytes;
        parameters.push_back(parameter);
    }
    return parameters;
}

void Parser::performanceDirectives() {
    for (;;) {
        bool isExact = isWord(".reqntid");
        if (accept(".maxntid") || accept(".reqntid")) {
            int sizes[3] = {1, 1, 1};
            for (int i = 0; i < 3 && (i == 0 || accept(",")); i++) sizes[i] = (int)integer("a size");
            function->maxThreads = sizes[0] * sizes[1] * sizes[2];
            if (isExact) std::copy(sizes, sizes + 3, function->reqThreads);
        } else if (accept(".minnctapersm") || accept(".maxnreg") || accept(".maxnctapersm")) {
            integer("a number");
        } else if (accept(".noreturn")) {
        } else if (isWord(".pragma")) {
            skipDebugInformation();
        } else {
            return;
        }
    }
}

void Parser::functionDefinition(bool isEntry, bool isExternal) {
    Function read;
    read.line = peek().line;
    read.isEntry = isEntry;
    function = &read;
    if (!isEntry && isSign("(")) read.results = parameterList(false);
    read.name = word("the name of a function");
    read.parameters = parameterList(isEntry);
    for (size_t i = 0; i < read.results.size(); i++) read.results[i].text = "result_" + std::to_string(i);
    if (!read.parameters.empty()) read.parameterBytes = read.parameters.back().offset + read.parameters.back().bytes;
    performanceDirectives();
    if (!accept(";")) {
        if (isExternal) fail("expected ';' after an external function");
        read.hasBody = true;
        body();
    }
    function = nullptr;
    result.functions.push_back(std::move(read));
}

}    // namespace emulator::ptx
