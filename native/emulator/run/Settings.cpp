#include "Settings.h"
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace emulator {
namespace {

uint64_t number(const char* name, uint64_t otherwise, uint64_t least, uint64_t most) {
    const char* text = std::getenv(name);
    if (!text || !*text) return otherwise;
    char* end = nullptr;
    uint64_t value = std::strtoull(text, &end, 10);
    if (*end || value < least || value > most) {
        throw std::runtime_error(std::string(name) + "=" + text + ": expected a whole number from " + std::to_string(least) + " to "
                                 + std::to_string(most));
    }
    return value;
}

// 8.0 or 80.
int capability() {
    const char* text = std::getenv("RSNN_EMULATOR_CAPABILITY");
    if (!text || !*text) return 80;
    std::string digits;
    for (const char* c = text; *c; c++) {
        if (*c != '.') digits += *c;
    }
    int value = std::atoi(digits.c_str());
    if (value < 50 || value > 129)
        throw std::runtime_error(std::string("RSNN_EMULATOR_CAPABILITY=") + text + ": expected a capability such as 8.0");
    return value;
}

std::string cacheFolder() {
    if (const char* folder = std::getenv("RSNN_EMULATOR_CACHE"); folder && *folder) return folder;
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : "/tmp") + "/.cache/robustsnn-emulator";
}

Settings readSettings() {
    unsigned cores = std::thread::hardware_concurrency();
    Settings read;
    read.cache = cacheFolder();
    read.threads = (int)number("RSNN_EMULATOR_THREADS", cores ? cores : 1, 1, 256);
    read.seed = number("RSNN_EMULATOR_SEED", 1, 0, UINT64_MAX);
    read.memory = number("RSNN_EMULATOR_MEMORY", 2ull << 30, 1 << 20, 1ull << 38);
    read.capability = capability();
    const char* leaks = std::getenv("RSNN_EMULATOR_LEAKS");
    read.failsOnLeaks = leaks && std::string(leaks) == "fail";
    return read;
}

}    // namespace

const Settings& settings() {
    static const Settings read = readSettings();
    return read;
}

}    // namespace emulator
