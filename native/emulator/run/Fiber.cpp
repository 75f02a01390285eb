#include "Fiber.h"
#include <atomic>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace emulator {
namespace {

constexpr size_t StackBytes = 128 << 10, GuardBytes = 16 << 10;

// Stacks that all began at the same place of a page would push each other out of the processor's caches.
size_t nextColour() {
    static std::atomic<size_t> count = 0;
    return count++ % 61 * 192;
}

}    // namespace

Fiber::Fiber() {
    memory = mmap(nullptr, StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    top = static_cast<char*>(memory) + StackBytes - nextColour();
    mprotect(memory, GuardBytes, PROT_NONE);    // an overflow of the stack ends the process instead of spoiling another
}

Fiber::~Fiber() { munmap(memory, StackBytes); }

#if defined(__x86_64__)

// Only what a callee has to keep is kept: rbx, rbp, r12 to r15. A new stack has them as zeros, then the entry, then no caller.
void Fiber::begin(void (*entry)()) {
    auto* top = reinterpret_cast<uint64_t*>(this->top);
    *--top = 0;
    *--top = reinterpret_cast<uint64_t>(entry);
    for (int i = 0; i < 6; i++) *--top = 0;
    place = top;
}

asm(R"(
    .text
    .globl emulator_switch
    .hidden emulator_switch
    .type emulator_switch, @function
emulator_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size emulator_switch, .-emulator_switch
)");

#elif defined(__aarch64__)

// x19 to x30 and d8 to d15 are a callee's to keep; the entry is where x30 leads.
void Fiber::begin(void (*entry)()) {
    auto* top = reinterpret_cast<uint64_t*>(this->top);
    top -= 20;
    for (int i = 0; i < 20; i++) top[i] = 0;
    top[11] = reinterpret_cast<uint64_t>(entry);
    place = top;
}

asm(R"(
    .text
    .globl emulator_switch
    .hidden emulator_switch
    .type emulator_switch, %function
emulator_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x2, sp
    str x2, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .size emulator_switch, .-emulator_switch
)");

#else
#error "The emulator switches stacks on x86-64 and aarch64 only."
#endif

}    // namespace emulator
