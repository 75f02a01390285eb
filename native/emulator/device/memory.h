// Loads, stores and atomic operations of a kernel, each checked.
#pragma once
#include "thread.h"

namespace emulator {

template <class To, class From>
inline To bits(From value) {
    static_assert(sizeof(To) == sizeof(From));
    return __builtin_bit_cast(To, value);
}

template <uint32_t Bytes>
inline constexpr int Log2 = Bytes == 1   ? 0
                            : Bytes == 2 ? 1
                            : Bytes == 4 ? 2
                            : Bytes == 8 ? 3
                                         : 4;

template <int Bytes>
struct WordOf;
template <>
struct WordOf<1> {
    using type = uint8_t;
};
template <>
struct WordOf<2> {
    using type = uint16_t;
};
template <>
struct WordOf<4> {
    using type = uint32_t;
};
template <>
struct WordOf<8> {
    using type = uint64_t;
};

// Global memory: the host's address of Bytes bytes.
template <uint32_t Bytes>
inline uint8_t* global(Thread& thread, Site* sites, uint32_t site, uint64_t address) {
    Site* found = sites + site;
    if (__builtin_expect(address - found->base >= found->limit || (address & (Bytes - 1)) != 0, 0)) {
        found = &thread.block->runtime->find(thread, site, address);
    }
    uint64_t offset = address - found->base;
    found->marks[offset >> 8] = 1;
    return found->host + offset;
}

template <uint32_t Bytes>
inline uint8_t* inWindow(Thread& thread, const Window& window, uint64_t start, uint32_t site, uint64_t address, const char* what) {
    uint64_t offset = address - start;
    if (__builtin_expect(offset >= window.limits[Log2<Bytes>] || (address & (Bytes - 1)) != 0, 0)) {
        thread.block->runtime->fault(thread, site, address, what);
    }
    return window.host + offset;
}

template <uint32_t Bytes>
inline uint8_t* shared(Thread& thread, Block& block, uint32_t site, uint64_t address) {
    return inWindow<Bytes>(thread, block.shared, SharedStart, site, address, "shared");
}

template <uint32_t Bytes>
inline uint8_t* local(Thread& thread, uint32_t site, uint64_t address) {
    return inWindow<Bytes>(thread, thread.local, LocalStart, site, address, "local");
}

template <uint32_t Bytes>
inline uint8_t* generic(Thread& thread, Site* sites, uint32_t site, uint64_t address) {
    if ((address & WindowBits) == 0) return global<Bytes>(thread, sites, site, address);
    return thread.block->runtime->window(thread, site, address, Bytes);
}

// Parameter memory, whose size the text knows; Bytes at an offset.
template <uint32_t Bytes>
inline uint8_t* parameter(Thread& thread, const uint8_t* memory, uint64_t size, uint32_t site, uint64_t offset) {
    if (offset + Bytes > size || (offset & (Bytes - 1)) != 0) thread.block->runtime->fault(thread, site, offset, "parameter");
    return const_cast<uint8_t*>(memory) + offset;
}

template <class T>
inline T load(const uint8_t* at) {
    T value;
    __builtin_memcpy(&value, at, sizeof(T));
    return value;
}

template <class T>
inline void store(uint8_t* at, T value) {
    __builtin_memcpy(at, &value, sizeof(T));
}

// Applies a function to the value at a place as one step, and returns the value before.
template <class T, class Change>
inline T atomic(uint8_t* at, Change change) {
    using Word = typename WordOf<sizeof(T)>::type;
    Word* place = reinterpret_cast<Word*>(at);
    Word before = __atomic_load_n(place, __ATOMIC_SEQ_CST);
    for (;;) {
        Word after = bits<Word>(static_cast<T>(change(bits<T>(before))));
        if (__atomic_compare_exchange_n(place, &before, after, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return bits<T>(before);
    }
}

}    // namespace emulator
