// A thread of a block while it waits: a stack of its own, and where it stood.
#pragma once
#include <cstddef>

namespace emulator {

class Fiber {
public:
    Fiber();
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    // From the next switch on, entry runs on an empty stack. It never returns.
    void begin(void (*entry)());

    void* place = nullptr;    // the stack pointer while it does not run

private:
    void* memory;
    char* top;
};

// Leaves what runs here, keeping its place, and goes on elsewhere.
extern "C" void emulator_switch(void** keep, void* to);

}    // namespace emulator
