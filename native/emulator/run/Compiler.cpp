#include "Compiler.h"
#include "Settings.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace emulator {
namespace {

namespace files = std::filesystem;

// Two sums of 64 bits: what is in the cache is found by them alone.
std::string hash(const std::string& text) {
    uint64_t a = 0xCBF29CE484222325ull, b = 0x9E3779B97F4A7C15ull;
    for (unsigned char c : text) {
        a = (a ^ c) * 0x100000001B3ull;
        b = (b + c) * 0xD6E8FEB86659FD93ull;
        b ^= b >> 32;
    }
    char name[40];
    std::snprintf(name, sizeof name, "%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
    return name;
}

// The folder of the headers that kernels include lies beside this library.
files::path headers() {
    Dl_info info;
    if (!dladdr(reinterpret_cast<void*>(&compile), &info)) throw std::runtime_error("the emulator does not find itself");
    return files::absolute(info.dli_fname).parent_path() / "include";
}

std::vector<std::string> options() {
    std::vector<std::string> result = {"-std=c++20",
                                       "-O2",
                                       "-ffp-contract=off",
                                       "-fno-exceptions",
                                       "-fno-rtti",
                                       "-fno-strict-aliasing",
                                       "-fno-stack-protector",
                                       "-fcf-protection=none",
                                       "-fPIC",
                                       "-shared",
                                       "-w"};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("popcnt")) {
        for (const char* option : {"-mavx2", "-mfma", "-mbmi", "-mpopcnt"}) result.push_back(option);
    }
#endif
    return result;
}

std::string contents(const files::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// Its exit code; what it prints goes into a file.
int runCompiler(const std::vector<std::string>& arguments, const files::path& log) {
    std::vector<char*> words;
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child;
    int failure = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure)
        throw CompilerMissing(std::string("g++, which the emulator compiles kernels with, cannot be started: ") + std::strerror(failure));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// The file of the cache that the text's library is in, made where it is not there.
files::path libraryOf(const std::string& text) {
    auto flags = options();
    std::string key = text + EMULATOR_VERSION;
    for (const auto& flag : flags) key += flag;
    files::path folder = settings().cache;
    files::path library = folder / (hash(key) + ".so");
    if (!files::exists(library)) {
        files::create_directories(folder);
        // Under a name of its own first: another process may be at the same, and what is there under its name is whole.
        static std::atomic<int> count = 0;
        std::string unique = hash(key) + "." + std::to_string(getpid()) + "." + std::to_string(count++);
        files::path source = folder / (unique + ".cpp"), made = folder / (unique + ".so"), log = folder / (unique + ".log");
        std::ofstream(source) << text;
        std::vector<std::string> arguments = {"g++"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        for (const std::string& argument : {"-I" + headers().string(), source.string(), std::string("-o"), made.string()})
            arguments.push_back(argument);
        int code = runCompiler(arguments, log);
        std::string messages = contents(log);
        files::remove(log);
        if (code != 0 || !files::exists(made)) {
            throw std::runtime_error("g++ fails at " + source.string() + ":\n" + messages.substr(0, 4000));
        }
        files::rename(source, folder / (hash(key) + ".cpp"));
        files::rename(made, library);
    }
    return library;
}

}    // namespace

std::vector<void*> compile(const std::vector<std::string>& texts) {
    std::vector<files::path> libraries(texts.size());
    std::vector<std::exception_ptr> failures(texts.size());
    std::atomic<size_t> next = 0;
    auto work = [&] {
        for (size_t i = next++; i < texts.size(); i = next++) {
            try {
                libraries[i] = libraryOf(texts[i]);
            } catch (...) {
                failures[i] = std::current_exception();
            }
        }
    };
    std::vector<std::thread> helpers;
    size_t count = std::min<size_t>(texts.size(), std::max(1u, std::thread::hardware_concurrency()));
    for (size_t i = 1; i < count; i++) helpers.emplace_back(work);
    work();
    for (auto& helper : helpers) helper.join();
    std::vector<void*> handles;
    for (size_t i = 0; i < texts.size(); i++) {
        if (failures[i]) std::rethrow_exception(failures[i]);
        void* handle = dlopen(libraries[i].c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) throw std::runtime_error(dlerror());
        handles.push_back(handle);
    }
    return handles;
}

}    // namespace emulator
