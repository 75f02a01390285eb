#include "Memory.h"
#include "Settings.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sys/mman.h>

namespace emulator {
namespace {

constexpr uint64_t FirstAddress = 0x0000'7000'0000'0000ull, AddressBytes = 1ull << 42, Gap = 4096;

// Addresses of the card are taken from the host's, so that no pointer of the host is one of them, and reading one on the host fails.
uint64_t reserveAddresses() {
    void* wish = reinterpret_cast<void*>(FirstAddress);
    for (uint64_t bytes = AddressBytes; bytes >= (1ull << 34); bytes /= 4) {
        void* got = mmap(wish, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (got != MAP_FAILED) return (reinterpret_cast<uint64_t>(got) + Gap) / Gap * Gap;
    }
    return 1ull << 50;    // beyond what a process can have
}

uint8_t* pages(uint64_t bytes) {
    void* memory = mmap(nullptr, std::max<uint64_t>(bytes, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return static_cast<uint8_t*>(memory);
}

std::string hexadecimal(uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", (unsigned long long)value);
    return text;
}

}    // namespace

// Fresh memory holds NaN, whichever float it is read as.
Allocation::Allocation(uint64_t base, uint64_t size, Kind kind, uint64_t number) : base(base), size(size), kind(kind), number(number) {
    bool isSmall = size < 1 << 16;
    host = isSmall ? static_cast<uint8_t*>(std::aligned_alloc(256, (size + 255) / 256 * 256)) : pages(size);
    std::memset(host, 0xFF, size);
    readMarks = static_cast<uint8_t*>(std::calloc(chunks(), 1));
    writeMarks = static_cast<uint8_t*>(std::calloc(chunks(), 1));
    usage = static_cast<Usage*>(std::calloc(chunks(), sizeof(Usage)));
    if (!host || !readMarks || !writeMarks || !usage) throw std::bad_alloc();
}

Allocation::~Allocation() {
    if (size < 1 << 16) {
        std::free(host);
    } else {
        munmap(host, size);
    }
    std::free(readMarks);
    std::free(writeMarks);
    std::free(usage);
}

std::string Allocation::describe() const {
    if (kind == Kind::Variable) return "variable '" + name + "' (" + std::to_string(size) + " bytes)";
    return "allocation " + std::to_string(number) + " (" + hexadecimal(base) + ", " + std::to_string(size) + " bytes)";
}

Allocation* Memory::allocate(uint64_t size, Allocation::Kind kind) {
    uint64_t taken = (size + 511) / 512 * 512;
    if (size > settings().memory || used + taken > settings().memory) return nullptr;
    if (nextBase == 0) nextBase = reserveAddresses();
    uint64_t base = nextBase;
    nextBase = (base + size + Gap + 511) / 512 * 512;
    used += taken;
    auto made = std::make_unique<Allocation>(base, size, kind, ++count);
    return (allocations[base] = std::move(made)).get();
}

// The memory goes back to the host, the addresses do not come back.
void Memory::free(Allocation* allocation) {
    used -= (allocation->size + 511) / 512 * 512;
    freed.push_back({allocation->base, allocation->size, allocation->number});
    if (freed.size() > 4096) freed.pop_front();
    allocations.erase(allocation->base);
}

Allocation* Memory::find(uint64_t address) {
    auto after = allocations.upper_bound(address);
    if (after == allocations.begin()) return nullptr;
    Allocation* found = std::prev(after)->second.get();
    return address < found->end() ? found : nullptr;
}

std::string Memory::explain(uint64_t address) {
    for (auto gone = freed.rbegin(); gone != freed.rend(); ++gone) {
        if (address >= gone->base && address < gone->base + gone->size) {
            return hexadecimal(address) + " was freed: it lay " + std::to_string(address - gone->base) + " bytes into allocation "
                   + std::to_string(gone->number) + " (" + std::to_string(gone->size) + " bytes)";
        }
    }
    auto after = allocations.upper_bound(address);
    if (after != allocations.begin()) {
        const Allocation& before = *std::prev(after)->second;
        if (address - before.end() < Gap)
            return hexadecimal(address) + " is " + std::to_string(address - before.end()) + " bytes behind the end of " + before.describe();
    }
    if (after != allocations.end() && after->second->base - address <= Gap) {
        return hexadecimal(address) + " is " + std::to_string(after->second->base - address) + " bytes in front of "
               + after->second->describe();
    }
    return hexadecimal(address) + " is no memory of the card";
}

}    // namespace emulator
