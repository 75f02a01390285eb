// The card's memory: allocations with a gap between them, in addresses that mean nothing to the host.
#pragma once
#include "Order.h"
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace emulator {

// Who used 256 bytes last. Several streams may have read since the last write; all but one of them are kept aside.
struct Usage {
    Moment write, read;
};

class Allocation {
public:
    enum class Kind { Plain, Ordered, Variable };    // cuMemAlloc, cuMemAllocAsync, a variable of a module

    Allocation(uint64_t base, uint64_t size, Kind kind, uint64_t number);
    ~Allocation();
    Allocation(const Allocation&) = delete;
    Allocation& operator=(const Allocation&) = delete;

    uint64_t end() const { return base + size; }
    size_t chunks() const { return (size + 255) >> 8; }
    std::string describe() const;

    const uint64_t base, size;
    const Kind kind;
    const uint64_t number;    // the how-manieth of the process
    std::string name;         // of a variable
    uint8_t* host;
    uint8_t *readMarks, *writeMarks;           // by 256 bytes: touched by the kernel that runs
    bool isRead = false, isWritten = false;    // by the kernel that runs
    Usage* usage;                              // by 256 bytes
    std::unordered_map<size_t, std::vector<Moment>> otherReads;
};

class Memory {
public:
    // Nothing when the card has not that much left.
    Allocation* allocate(uint64_t size, Allocation::Kind kind);
    void free(Allocation* allocation);
    // The allocation that an address lies in or nullptr.
    Allocation* find(uint64_t address);
    // What is known of an address that lies in no allocation.
    std::string explain(uint64_t address);

    uint64_t used = 0;
    std::map<uint64_t, std::unique_ptr<Allocation>> allocations;

private:
    struct Freed {
        uint64_t base, size, number;
    };
    uint64_t nextBase = 0, count = 0;
    std::deque<Freed> freed;
};

}    // namespace emulator
