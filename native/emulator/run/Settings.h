// What the environment says; read once, when the library is first used.
#pragma once
#include <cstdint>
#include <string>

namespace emulator {

struct Settings {
    std::string cache;    // RSNN_EMULATOR_CACHE: where compiled kernels are kept
    int threads;          // RSNN_EMULATOR_THREADS: how many blocks run side by side
    uint64_t seed;        // RSNN_EMULATOR_SEED: of every order that a card leaves open
    uint64_t memory;      // RSNN_EMULATOR_MEMORY: bytes of the card
    int capability;       // RSNN_EMULATOR_CAPABILITY: 80 for 8.0
    bool failsOnLeaks;    // RSNN_EMULATOR_LEAKS=fail
};

// Throws std::runtime_error, with the variable's name, at a value that makes no sense.
const Settings& settings();

}    // namespace emulator
