// Atomic operations in shared memory and of other types, matches of all, and barriers that reduce; written in PTX, for clang makes few of them.
#include "../device/half.h"
#include "Driver.h"

using check::Card;

namespace {

CUfunction kernelOf(const std::string& body) {
    CUmodule module;
    CUfunction kernel;
    std::string text =
        ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u64 to)\n{\n.reg .b32 %r<20>;\n.reg .b64 %rd<9>;\n.reg "
        ".f64 %fd<4>;\n"
        ".reg .pred %p<5>;\n.shared .align 8 .b8 memory[64];\nld.param.u64 %rd1, [to];\nmov.u32 %r1, %tid.x;\nmul.wide.u32 %rd2, %r1, 8;\n"
        "add.u64 %rd2, %rd1, %rd2;\nmov.u32 %r2, memory;\n"
        + body + "\nret;\n}\n";
    OK(cuModuleLoadData(&module, text.c_str()));
    OK(cuModuleGetFunction(&kernel, module, "k"));
    return kernel;
}

}    // namespace

CASE("atomic operations in shared memory") {
    Card card;
    CUfunction kernel = kernelOf(R"(
setp.ne.u32 %p1, %r1, 0;
@%p1 bra READY;
st.shared.v2.b32 [%r2], {0, 100};
st.shared.b64 [%r2+8], 0;
st.shared.f64 [%r2+16], 0d0000000000000000;
st.shared.b32 [%r2+24], 0;
READY:
bar.sync 0;
atom.shared.add.u32 %r3, [%r2], 1;
red.shared.dec.u32 [%r2+4], 100;
cvt.u64.u32 %rd3, %r1;
red.shared.max.u64 [%r2+8], %rd3;
cvt.rn.f64.u32 %fd1, %r1;
red.shared.add.f64 [%r2+16], %fd1;
red.shared.add.noftz.f16x2 [%r2+24], 0x40003C00;
bar.sync 0;
st.global.b32 [%rd2], %r3;
@%p1 bra END;
ld.shared.b32 %r4, [%r2];
st.global.b32 [%rd1+2048], %r4;
ld.shared.b32 %r4, [%r2+4];
st.global.b32 [%rd1+2052], %r4;
ld.shared.b64 %rd4, [%r2+8];
st.global.b64 [%rd1+2056], %rd4;
ld.shared.f64 %fd2, [%r2+16];
st.global.f64 [%rd1+2064], %fd2;
ld.shared.b32 %r4, [%r2+24];
st.global.b32 [%rd1+2072], %r4;
END:)");
    CUdeviceptr to = card.allocate(2080);
    OK(card.launch(kernel, 1, 256, 0, nullptr, to));
    auto found = card.download<unsigned>(to, 520);
    std::vector<bool> seen(256);
    for (int t = 0; t < 256; t++) {
        THAT(found[t * 2] < 256 && !seen[found[t * 2]]);
        seen[found[t * 2]] = true;
    }
    EQUAL(256u, found[512]);
    // From 100 down to 0, which is followed by 100 again: 256 steps of 101.
    EQUAL(100u - 256 % 101, found[513]);
    EQUAL(255u, found[514]);
    EQUAL(255.0 * 256 / 2, card.download<double>(to + 2064, 1)[0]);
    EQUAL(256.0f, emulator::wideHalf((uint16_t)found[518]));
    EQUAL(512.0f, emulator::wideHalf((uint16_t)(found[518] >> 16)));
}

CASE("a thread that looks for what another writes lets it come") {
    Card card;
    CUfunction kernel = kernelOf(R"(
st.volatile.shared.b32 [%r2], 0;
bar.sync 0;
setp.ne.u32 %p1, %r1, 77;
@%p1 bra LOOK;
st.volatile.shared.b32 [%r2], 5;
LOOK:
ld.volatile.shared.b32 %r3, [%r2];
setp.eq.u32 %p2, %r3, 0;
@%p2 bra LOOK;
st.global.b32 [%rd2], %r3;)");
    CUdeviceptr to = card.allocate(256 * 8);
    OK(card.launch(kernel, 1, 256, 0, nullptr, to));
    for (int t = 0; t < 256; t++) EQUAL(5u, card.download<unsigned>(to, 512)[t * 2]);
}

CASE("matches of all, and barriers that ask whether all or any") {
    Card card;
    CUfunction kernel = kernelOf(R"(
shr.u32 %r3, %r1, 5;
match.all.sync.b32 %r4|%p1, %r3, -1;
selp.b32 %r5, 1, 0, %p1;
match.all.sync.b32 %r6|%p2, %r1, -1;
selp.b32 %r7, 1, 0, %p2;
setp.lt.u32 %p3, %r1, 64;
bar.red.and.pred %p1, 0, %p3;
bar.red.or.pred %p2, 0, !%p3;
setp.lt.u32 %p3, %r1, 63;
bar.red.and.pred %p4, 0, %p3;
selp.b32 %r8, 1, 0, %p1;
selp.b32 %r9, 2, 0, %p2;
selp.b32 %r10, 4, 0, %p4;
or.b32 %r8, %r8, %r9;
or.b32 %r8, %r8, %r10;
add.u32 %r12, %r6, %r7;
shl.b32 %r8, %r8, 8;
add.u32 %r8, %r8, %r12;
st.global.v2.b32 [%rd2], {%r4, %r8};)");
    CUdeviceptr to = card.allocate(64 * 8);
    OK(card.launch(kernel, 1, 64, 0, nullptr, to));
    auto found = card.download<unsigned>(to, 128);
    for (int t = 0; t < 64; t++) {
        EQUAL(~0u, found[t * 2]);
        EQUAL(256u, found[t * 2 + 1]);
    }
}
