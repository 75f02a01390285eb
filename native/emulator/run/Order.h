// Which work comes after which: a clock counts, for each stream, how much of it has been done before.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace emulator {

using Clock = std::vector<uint64_t>;    // by the number of a stream

inline void merge(Clock& into, const Clock& from) {
    if (into.size() < from.size()) into.resize(from.size(), 0);
    for (std::size_t i = 0; i < from.size(); i++) {
        if (into[i] < from[i]) into[i] = from[i];
    }
}

// A piece of work: the stream and its number there, in one word; 0 is none.
struct Moment {
    uint64_t word = 0;
    static Moment of(uint32_t stream, uint64_t number) { return {(uint64_t)stream << 44 | number}; }
    uint32_t stream() const { return (uint32_t)(word >> 44); }
    uint64_t number() const { return word & ((1ull << 44) - 1); }
    bool isBefore(const Clock& clock) const { return word == 0 || (stream() < clock.size() && clock[stream()] >= number()); }
};

}    // namespace emulator
