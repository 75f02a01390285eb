// Cases of the emulator's own tests: each registers itself, checks throw, and the next case goes on with a fresh context.
#pragma once
#include <cstdio>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace check {

struct Case {
    std::string name;
    std::function<void()> run;
};

inline std::vector<Case>& cases() {
    static std::vector<Case> all;
    return all;
}

struct Registration {
    Registration(std::string name, std::function<void()> run) { cases().push_back({std::move(name), std::move(run)}); }
};

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class A, class B>
void equal(const A& expected, const B& found, const char* what, int line) {
    if (expected == found) return;
    std::ostringstream text;
    text << "line " << line << ": " << what << ": expected " << expected << ", found " << found;
    throw Failure(text.str());
}

inline void that(bool holds, const std::string& what, int line) {
    if (!holds) throw Failure("line " + std::to_string(line) + ": " + what);
}

inline void contains(const std::string& text, const std::string& part, int line) {
    if (text.find(part) == std::string::npos) throw Failure("line " + std::to_string(line) + ": expected '" + part + "' in: " + text);
}

}    // namespace check

#define CASE_NAME_(line) case_##line
#define CASE_NAME(line) CASE_NAME_(line)
#define CASE(name)                                                                         \
    static void CASE_NAME(__LINE__)();                                                     \
    static check::Registration CASE_NAME_REGISTERED_(__LINE__)(name, CASE_NAME(__LINE__)); \
    static void CASE_NAME(__LINE__)()
#define CASE_NAME_REGISTERED__(line) registered_##line
#define CASE_NAME_REGISTERED_(line) CASE_NAME_REGISTERED__(line)
#define EQUAL(expected, found) check::equal(expected, found, #found, __LINE__)
#define THAT(condition) check::that(condition, #condition, __LINE__)
#define CONTAINS(text, part) check::contains(text, part, __LINE__)
