// What a kernel's C++ text sees of the machine that runs it. Both sides include this file: the emulator, and the text that it compiles.
#pragma once
#include <stdint.h>

namespace emulator {

struct Index {
    uint32_t x, y, z;
};

// One place of a kernel that reads or writes global memory. It remembers the allocation that it found last, so that an access costs one
// comparison; limit is how many first bytes of the allocation an access may begin at. Every 256 bytes that were touched are marked.
struct Site {
    uint64_t base;
    uint64_t limit;
    uint8_t* host;
    uint8_t* marks;
};

// Memory of a block or a thread: an access of 2^i bytes may begin at the first limits[i] bytes behind base.
struct Window {
    uint8_t* host;
    uint64_t limits[5];
};

// Shared and local memory do not begin at address 0, so that a null pointer is none of theirs.
constexpr uint64_t SharedStart = 0x400;
constexpr uint64_t LocalStart = 0x100;

// Where the memories lie in the generic address space; what has none of these bits is global.
constexpr uint64_t SharedWindow = 1ull << 56, LocalWindow = 2ull << 56, ParamWindow = 3ull << 56, WindowBits = 0xFFull << 56;

enum class WarpKind : uint32_t { Shuffle, Vote, Match, Reduce, Active, Barrier, Matrix, LoadMatrix };

// What a thread brings to an operation of its warp, and takes from it. It lies on the thread's stack while it waits.
struct WarpOperation {
    WarpKind kind;
    uint32_t variant;    // of the kind: see warp.h
    uint32_t site;
    uint32_t mask;
    uint32_t a, b, c;    // values of a shuffle, vote, match, reduction
    uint64_t wide;       // a value of 64 bits
    uint32_t result;
    bool predicate;
    uint32_t registers[16];    // of a matrix operation: A, B, C in, D out
    void* rows;                // ldmatrix: the row that this lane points to
};

enum class Rounding : uint32_t { Nearest, Zero, Down, Up, Away };
enum class Operation : uint32_t { Add, Subtract, Multiply, Divide, Fused, Root };

struct Thread;
struct Block;

// What the emulator does for a kernel.
struct Runtime {
    Site& (*find)(Thread&, uint32_t site, uint64_t address);                         // never returns where the access is not allowed
    uint8_t* (*window)(Thread&, uint32_t site, uint64_t address, uint32_t bytes);    // a generic address that is not global
    void (*fault)(Thread&, uint32_t site, uint64_t address, const char* what);       // never returns
    void (*warp)(Thread&, WarpOperation&);
    void (*barrier)(Thread&, uint32_t site, uint32_t id, uint32_t count, bool isAligned, bool arrivesOnly);
    uint32_t (*barrierReduce)(Thread&, uint32_t site, uint32_t id, uint32_t count, uint32_t variant, bool value);
    void (*copyLater)(Thread&, uint32_t site, uint8_t* to, const uint8_t* from, uint32_t bytes, uint32_t read);
    void (*commitCopies)(Thread&);
    void (*waitCopies)(Thread&, uint32_t pending, bool isAll);
    void (*exit)(Thread&);    // never returns
    void (*yield)(Thread&);
    uint64_t (*clock)(uint32_t what);                                    // 0: clock, 1: nanoseconds
    float (*roundedSingle)(Rounding, Operation, float, float, float);    // another rounding than to nearest
    double (*roundedDouble)(Rounding, Operation, double, double, double);
};

struct Thread {
    Index tid;
    uint32_t number;    // in its block
    uint32_t lane, warp;
    uint64_t localTop;    // where the next function's local memory begins
    Window local;
    Block* block;
};

struct Block {
    Index ctaid, ntid, nctaid;
    Window shared;
    uint64_t dynamicShared;    // address of the memory whose size the launch gave
    uint32_t dynamicBytes, sharedBytes;
    const uint8_t* parameters;
    const uint64_t* symbols;    // addresses of the module's variables
    Site* sites;
    const Runtime* runtime;
    uint32_t multiprocessor;
};

}    // namespace emulator
