// Reads tokens into a Module; resolves every name on the way.
#pragma once
#include "Lexer.h"
#include "Types.h"
#include <set>

namespace emulator::ptx {

class Parser {
public:
    Parser(const std::string& text) : text(text), tokens(lex(text)) {}
    Module module();

private:
    // Registers declared as %r<26> are known by their prefix and number.
    struct Registers {
        Type type;
        int count;    // -1: a single register with this very name
    };
    struct Scope {
        int number;
        std::map<std::string, Registers> registers;
        std::map<std::string, std::string> callParameters;    // PTX name to C++ name
        std::map<std::string, Type> parameterTypes;
    };

    const std::string& text;
    std::vector<Token> tokens;
    size_t at = 0;
    Module result;
    Function* function = nullptr;
    std::vector<Scope> scopes;
    int scopeCount = 0;
    std::set<std::string> symbols;

    // Parser.cpp: the module's level
    void header();
    void skipDebugInformation();
    void variables(Space space, bool isExternal);
    Variable variable(Space space, bool isExternal);
    std::vector<Initializer> initializers(Type type);
    Initializer initializer(Type type);
    void functionDefinition(bool isEntry, bool isExternal);
    std::vector<Variable> parameterList(bool isEntry);
    void performanceDirectives();

    // FunctionParser.cpp: the body of a function
    void body();
    void statement();
    void registerDeclaration();
    void callParameterDeclaration();
    void label(const Token& name);
    void branchTargets(const std::string& name);
    void instruction();
    Operand operand();
    Operand simpleOperand();
    Operand address();
    Operand named(const Token& word);
    Operand group(const char* close, Operand::Form form);
    const Registers* findRegister(const std::string& name, std::string& cppName);

    // Tokens
    const Token& peek(size_t ahead = 0) const { return tokens[std::min(at + ahead, tokens.size() - 1)]; }
    const Token& take() { return tokens[at + 1 < tokens.size() ? at++ : at]; }
    bool isSign(const char* sign) const { return peek().form == Token::Form::Sign && peek().text == sign; }
    bool isWord(const char* word) const { return peek().form == Token::Form::Word && peek().text == word; }
    bool accept(const char* text);
    void expect(const char* text);
    std::string word(const char* what);
    uint64_t integer(const char* what);
    [[noreturn]] void fail(const std::string& what) const;
};

}    // namespace emulator::ptx
