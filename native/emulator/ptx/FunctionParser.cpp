#include "Parser.h"
#include <algorithm>
#include <cctype>

namespace emulator::ptx {
namespace {

// %r12 is r12; any other name is made one that neither C++ nor the translator uses.
std::string cppName(const std::string& name, int scope) {
    size_t letters = 1;
    while (letters < name.size() && std::islower((unsigned char)name[letters])) letters++;
    bool isPlain = name[0] == '%' && letters > 1 && letters < name.size()
                   && std::all_of(name.begin() + letters, name.end(), [](unsigned char c) { return std::isdigit(c); });
    std::string result = isPlain ? name.substr(1) : "reg_" + name;
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
    return scope > 1 ? result + "_s" + std::to_string(scope) : result;
}

}    // namespace

void Parser::body() {
    scopeCount = 0;
    scopes.clear();
    expect("{");
    scopes.push_back({++scopeCount, {}, {}, {}});
    while (!scopes.empty()) {
        if (accept("{")) {
            scopes.push_back({++scopeCount, {}, {}, {}});
        } else if (accept("}")) {
            scopes.pop_back();
        } else if (peek().form == Token::Form::End) {
            fail("a function does not end");
        } else {
            statement();
        }
    }
}

void Parser::statement() {
    if (accept(".reg")) {
        registerDeclaration();
    } else if (accept(".local")) {
        variables(Space::Local, false);
    } else if (accept(".shared")) {
        variables(Space::Shared, false);
    } else if (accept(".global")) {
        variables(Space::Global, false);
    } else if (accept(".const")) {
        variables(Space::Const, false);
    } else if (accept(".param")) {
        callParameterDeclaration();
    } else if (isWord(".loc") || isWord(".pragma") || isWord(".file")) {
        skipDebugInformation();
    } else if (peek().form == Token::Form::Word && peek(1).form == Token::Form::Sign && peek(1).text == ":") {
        Token name = take();
        take();
        if (accept(".branchtargets")) {
            branchTargets(name.text);
        } else {
            label(name);
        }
    } else {
        instruction();
    }
}

void Parser::registerDeclaration() {
    std::string typeName = word("a type");
    auto type = typeNamed(typeName.substr(typeName[0] == '.'));
    if (!type) fail("'" + typeName + "' is no type of a register");
    do {
        std::string name = word("the name of a register");
        int count = -1;
        if (accept("<")) {
            count = (int)integer("a number of registers");
            expect(">");
        }
        scopes.back().registers[name] = {*type, count};
    } while (accept(","));
    expect(";");
}

void Parser::callParameterDeclaration() {
    Variable parameter = variable(Space::Param, false);
    parameter.text = "call_" + std::to_string(function->callParameters.size());
    scopes.back().callParameters[parameter.name] = parameter.text;
    function->callParameters.push_back(parameter);
    expect(";");
}

void Parser::label(const Token& name) {
    Instruction mark;
    mark.line = name.line;
    mark.label = name.text;
    function->body.push_back(mark);
}

void Parser::branchTargets(const std::string& name) {
    auto& targets = function->branchTargets[name];
    do targets.push_back(word("a label"));
    while (accept(","));
    expect(";");
}

void Parser::instruction() {
    Instruction read;
    read.line = peek().line;
    size_t begin = peek().begin;
    if (accept("@")) {
        read.guardIsNegated = accept("!");
        std::string name = word("a predicate");
        const Registers* found = findRegister(name, read.guard);
        if (!found || found->type.kind != Kind::Predicate) fail("'" + name + "' is no predicate");
    }
    std::string opcode = word("an instruction");
    for (size_t from = 0; from != std::string::npos;) {
        size_t dot = opcode.find('.', from);
        read.opcode.push_back(opcode.substr(from, dot == std::string::npos ? dot : dot - from));
        from = dot == std::string::npos ? dot : dot + 1;
    }
    if (!isSign(";")) {
        do read.operands.push_back(operand());
        while (accept(","));
    }
    size_t end = peek().end;
    expect(";");
    read.text = text.substr(begin, end - begin);
    std::replace_if(
        read.text.begin(), read.text.end(), [](unsigned char c) { return std::isspace(c); }, ' ');
    function->body.push_back(std::move(read));
}

Operand Parser::operand() {
    Operand first = simpleOperand();
    if (!accept("|")) return first;
    Operand pair;
    pair.form = Operand::Form::Pair;
    pair.parts = {first, simpleOperand()};
    return pair;
}

Operand Parser::group(const char* close, Operand::Form form) {
    Operand result;
    result.form = form;
    take();
    while (!accept(close)) {
        if (!result.parts.empty()) expect(",");
        result.parts.push_back(operand());
    }
    return result;
}

Operand Parser::simpleOperand() {
    if (isSign("[")) return address();
    if (isSign("{")) return group("}", Operand::Form::Vector);
    if (isSign("(")) return group(")", Operand::Form::Group);
    bool isNegated = accept("!");
    bool isMinus = !isNegated && accept("-");
    Operand read;
    const Token& token = peek();
    if (token.form == Token::Form::Word) {
        if (isMinus) fail("expected a number after '-'");
        read = named(take());
        read.isNegated = isNegated;
        if (read.form == Operand::Form::Symbol && accept("+")) read.offset = (int64_t)integer("an offset");
    } else if (token.form == Token::Form::Integer) {
        read.form = Operand::Form::Integer;
        read.bits = isMinus ? 0 - token.bits : token.bits;
        take();
    } else if (token.form == Token::Form::Real) {
        read.form = Operand::Form::Real;
        read.isSingle = token.isSingle;
        read.bits = isMinus ? token.bits ^ (token.isSingle ? 1ull << 31 : 1ull << 63) : token.bits;
        take();
    } else {
        fail("expected an operand");
    }
    return read;
}

Operand Parser::address() {
    Operand result;
    result.form = Operand::Form::Address;
    expect("[");
    result.parts.push_back(simpleOperand());
    if (accept("+")) {
        result.offset = (int64_t)integer("an offset");
    } else if (isSign("-")) {
        result.offset = (int64_t)integer("an offset");
    }
    Operand& base = result.parts[0];
    if (base.form == Operand::Form::Symbol) {
        result.offset += base.offset;
        base.offset = 0;
    }
    expect("]");
    return result;
}

Operand Parser::named(const Token& word) {
    Operand read;
    if (word.text == "_") {
        read.form = Operand::Form::Sink;
        return read;
    }
    if (const Registers* found = findRegister(word.text, read.name)) {
        read.form = Operand::Form::Register;
        read.type = found->type;
        return read;
    }
    if (word.text[0] == '%') {
        read.form = Operand::Form::Special;
        read.name = word.text;
        return read;
    }
    read.form = Operand::Form::Symbol;
    read.name = word.text;
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        auto parameter = scope->callParameters.find(word.text);
        if (parameter != scope->callParameters.end()) {
            read.name = parameter->second;
            break;
        }
    }
    return read;
}

const Parser::Registers* Parser::findRegister(const std::string& name, std::string& result) {
    size_t digits = name.size();
    while (digits > 0 && std::isdigit((unsigned char)name[digits - 1])) digits--;
    std::string prefix = name.substr(0, digits);
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        auto found = scope->registers.find(name);
        if (found == scope->registers.end() || found->second.count >= 0) {
            found = digits < name.size() ? scope->registers.find(prefix) : scope->registers.end();
            if (found == scope->registers.end() || found->second.count <= std::atoi(name.c_str() + digits)) continue;
        }
        result = cppName(name, scope->number);
        function->registers[result] = found->second.type;
        return &found->second;
    }
    return nullptr;
}

}    // namespace emulator::ptx
