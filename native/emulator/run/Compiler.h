// Compiles the C++ text of a module, and keeps what it has compiled.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

namespace emulator {

struct CompilerMissing : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// For each text a shared library with its kernels, made by g++ or found in the cache: handles of dlopen. Several are made at a time.
// Throws CompilerMissing where there is no g++, and std::runtime_error with its messages where it fails.
std::vector<void*> compile(const std::vector<std::string>& texts);

}    // namespace emulator
