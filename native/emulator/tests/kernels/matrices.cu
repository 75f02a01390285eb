// Products of matrices of a warp, and how their fragments are loaded.
#include "cuda.h"

// D (16×8) = A (16×16, rows) · B (16×8, columns) + C, of halves.
KERNEL halves(float* d, const unsigned* a, const unsigned* b, const float* c) {
    int lane = threadX(), group = lane / 4, pair = lane % 4;
    const unsigned *a0 = a + group * 8 + pair, *b0 = b + group * 8 + pair;
    const float* c0 = c + group * 8 + pair * 2;
    float d0, d1, d2, d3;
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %11, %12, %13};"
                 : "=f"(d0), "=f"(d1), "=f"(d2), "=f"(d3)
                 : "r"(a0[0]), "r"(a0[64]), "r"(a0[4]), "r"(a0[68]), "r"(b0[0]), "r"(b0[4]), "f"(c0[0]), "f"(c0[1]), "f"(c0[64]), "f"(c0[65]));
    float* d4 = d + group * 8 + pair * 2;
    d4[0] = d0, d4[1] = d1, d4[64] = d2, d4[65] = d3;
}

// D (16×8) = A (16×8) · B (8×8) of TF32.
KERNEL tensorFloats(float* d, const unsigned* a, const unsigned* b) {
    int lane = threadX(), group = lane / 4, pair = lane % 4;
    const unsigned *a0 = a + group * 8 + pair, *b0 = b + group * 8 + pair;
    float d0, d1, d2, d3, zero = 0;
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %10, %10, %10};"
                 : "=f"(d0), "=f"(d1), "=f"(d2), "=f"(d3)
                 : "r"(a0[0]), "r"(a0[64]), "r"(a0[4]), "r"(a0[68]), "r"(b0[0]), "r"(b0[4]), "f"(zero));
    float* d4 = d + group * 8 + pair * 2;
    d4[0] = d0, d4[1] = d1, d4[64] = d2, d4[65] = d3;
}

// D (16×8) = A (16×32) · B (32×8) of bytes.
KERNEL bytes(int* d, const unsigned* a, const unsigned* b) {
    int lane = threadX(), group = lane / 4, four = lane % 4, zero = 0;
    const unsigned *a0 = a + group * 8 + four, *b0 = b + group * 8 + four;
    int d0, d1, d2, d3;
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %10, %10, %10};"
                 : "=r"(d0), "=r"(d1), "=r"(d2), "=r"(d3)
                 : "r"(a0[0]), "r"(a0[64]), "r"(a0[4]), "r"(a0[68]), "r"(b0[0]), "r"(b0[4]), "r"(zero));
    int* d4 = d + group * 8 + four * 2;
    d4[0] = d0, d4[1] = d1, d4[64] = d2, d4[65] = d3;
}

// Four 8×8 matrices of 16-bit numbers, and the same transposed.
KERNEL loads(unsigned* to, const unsigned* from, int lanes) {
    __shared__ __attribute__((aligned(16))) unsigned memory[128];
    int lane = threadX();
    for (int i = 0; i < 4; i++) memory[lane * 4 + i] = from[lane * 4 + i];
    wait();
    if (lane >= lanes) return;
    unsigned r[8];
    unsigned place;
    asm volatile("{ .reg .u64 p; cvta.to.shared.u64 p, %1; cvt.u32.u64 %0, p; }" : "=r"(place) : "l"(&memory[lane * 4]));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(place));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(r[4]), "=r"(r[5]), "=r"(r[6]), "=r"(r[7]) : "r"(place));
    for (int i = 0; i < 8; i++) to[lane * 8 + i] = r[i];
}
