// Compiles the C++ text of a module, and keeps what it has compiled.
#pragma once
#include <stdexcept>
#include <string>

namespace emulator {

struct CompilerMissing : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A shared library with the text's kernels, made by g++ or found in the cache; a handle of dlopen.
// Throws CompilerMissing where there is no g++, and std::runtime_error with its messages where it fails.
void* compile(const std::string& text);

}  // namespace emulator
