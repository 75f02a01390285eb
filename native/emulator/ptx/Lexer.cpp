#include "Lexer.h"
#include <cctype>
#include <cstdlib>
#include <cstring>

namespace emulator::ptx {
namespace {

bool isWordStart(char c) { return std::isalpha((unsigned char)c) || c == '_' || c == '$' || c == '%' || c == '.'; }
bool isWordPart(char c) { return std::isalnum((unsigned char)c) || c == '_' || c == '$'; }

class Reader {
public:
    explicit Reader(const std::string& text) : text(text) {}

    std::vector<Token> all() {
        std::vector<Token> tokens;
        do {
            skipBlanks();
            Token token;
            token.line = line;
            token.begin = at;
            read(token);
            token.end = at;
            tokens.push_back(token);
        } while (tokens.back().form != Token::Form::End);
        return tokens;
    }

private:
    const std::string& text;
    size_t at = 0;
    int line = 1;

    char peek(size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }

    void skipBlanks() {
        for (;;) {
            if (peek() == '\n') {
                line++, at++;
            } else if (at < text.size() && std::isspace((unsigned char)peek())) {
                at++;
            } else if (peek() == '/' && peek(1) == '/') {
                while (at < text.size() && peek() != '\n') at++;
            } else if (peek() == '/' && peek(1) == '*') {
                size_t begin = line;
                for (at += 2; !(peek() == '*' && peek(1) == '/'); at++) {
                    if (at >= text.size()) throw Fault(begin, "a comment does not end");
                    if (peek() == '\n') line++;
                }
                at += 2;
            } else {
                return;
            }
        }
    }

    void read(Token& token) {
        if (at >= text.size()) return;
        char c = peek();
        if (isWordStart(c) && (isWordPart(peek(1)) || c != '.')) {
            readWord(token);
        } else if (std::isdigit((unsigned char)c)) {
            readNumber(token);
        } else if (c == '"') {
            token.form = Token::Form::Text;
            for (at++; peek() != '"'; at++) {
                if (at >= text.size() || peek() == '\n') throw Fault(token.line, "a string does not end");
                token.text += peek();
            }
            at++;
        } else if (std::strchr("{}[]()<>,;:=+-*/!@|&~?^", c)) {
            token.form = Token::Form::Sign;
            token.text = c;
            at++;
        } else {
            throw Fault(line, std::string("unexpected character '") + c + "'");
        }
    }

    // A word goes on over dots and double colons: ld.global.L2::128B, %tid.x.
    void readWord(Token& token) {
        token.form = Token::Form::Word;
        do {
            token.text += text[at++];
            if (peek() == ':' && peek(1) == ':') {
                token.text += "::";
                at += 2;
            }
        } while (isWordPart(peek()) || (peek() == '.' && isWordPart(peek(1))));
    }

    void readNumber(Token& token) {
        auto hexadecimal = [&](size_t digits) {
            std::string number = text.substr(at + 2, digits);
            char* end = nullptr;
            token.bits = std::strtoull(number.c_str(), &end, 16);
            if (number.size() != digits || *end) throw Fault(line, "malformed number");
            token.form = Token::Form::Real;
            at += 2 + digits;
        };
        if (peek() == '0' && (peek(1) == 'f' || peek(1) == 'F')) {
            token.isSingle = true;
            hexadecimal(8);
        } else if (peek() == '0' && (peek(1) == 'd' || peek(1) == 'D')) {
            hexadecimal(16);
        } else {
            readDecimal(token);
        }
        if (isWordPart(peek())) throw Fault(line, "malformed number");
    }

    void readDecimal(Token& token) {
        const char* begin = text.c_str() + at;
        char* end = nullptr;
        bool isBinary = begin[0] == '0' && (begin[1] == 'b' || begin[1] == 'B');
        token.bits = isBinary ? std::strtoull(begin + 2, &end, 2) : std::strtoull(begin, &end, 0);
        bool isHexadecimal = begin[0] == '0' && (begin[1] == 'x' || begin[1] == 'X');
        token.form = Token::Form::Integer;
        if (!isBinary && !isHexadecimal && (*end == '.' || *end == 'e' || *end == 'E')) {
            double value = std::strtod(begin, &end);
            std::memcpy(&token.bits, &value, 8);
            token.form = Token::Form::Real;
        } else if (*end == 'U' || *end == 'u') {
            end++;
        }
        at += end - begin;
    }
};

}    // namespace

std::vector<Token> lex(const std::string& text) { return Reader(text).all(); }

}    // namespace emulator::ptx
