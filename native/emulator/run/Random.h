// Small random numbers for orders that a card leaves open.
#pragma once
#include <cstdint>
#include <utility>

namespace emulator {

class Random {
public:
    explicit Random(uint64_t seed) : state(seed) { next(); }

    uint64_t next() {
        uint64_t z = state += 0x9E3779B97F4A7C15ull;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ z >> 27) * 0x94D049BB133111EBull;
        return z ^ z >> 31;
    }
    uint32_t below(uint32_t bound) { return (uint32_t)((next() >> 32) * bound >> 32); }

    template <class T>
    void shuffle(T* values, size_t count) {
        for (size_t i = count; i > 1; i--) std::swap(values[i - 1], values[below((uint32_t)i)]);
    }

private:
    uint64_t state;
};

}    // namespace emulator
