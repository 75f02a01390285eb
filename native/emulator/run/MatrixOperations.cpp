// mma.sync: D = A·B + C of a warp. Where each element lies among the lanes' registers is PTX's table of fragments.
// Sums are exact to a double and rounded once; a card rounds them in steps of its own.
#include "../device/half.h"
#include "BlockRunner.h"
#include <cstring>

namespace emulator {
namespace {

struct Shape {
    int depth;          // k of m16n8k…
    int perRegister;    // elements of A or B in a register
};

double element(uint32_t variant, bool isA, uint32_t word, int index) {
    switch (variant) {
        case MatrixHalf:
        case MatrixHalfSums:
        case MatrixSmallHalf: return wideHalf((uint16_t)(word >> 16 * index));
        case MatrixBrain:
        case MatrixSmallBrain: return wideBrain((uint16_t)(word >> 16 * index));
        case MatrixTensor:
        case MatrixSmallTensor: return bits<float>(word & ~0x1FFFu);    // a card ignores the lower bits
        default: {
            bool isSigned = isA ? variant == MatrixSignedSigned || variant == MatrixSignedUnsigned
                                : variant == MatrixSignedSigned || variant == MatrixUnsignedSigned;
            uint8_t byte = (uint8_t)(word >> 8 * index);
            return isSigned ? (double)(int8_t)byte : (double)byte;
        }
    }
}

Shape shapeOf(uint32_t variant) {
    switch (variant) {
        case MatrixHalf:
        case MatrixHalfSums:
        case MatrixBrain: return {16, 2};
        case MatrixSmallHalf:
        case MatrixSmallBrain: return {8, 2};
        case MatrixTensor: return {8, 1};
        case MatrixSmallTensor: return {4, 1};
        default: return {32, 4};
    }
}

}    // namespace

void BlockRunner::computeMatrix(uint32_t warp) {
    uint32_t variant = lanes[warp * 32].operation->variant;
    Shape shape = shapeOf(variant);
    int e = shape.perRegister, half = 4 * e;    // four lanes side by side hold 4 e columns of A
    double a[16][32], b[32][8];
    for (int lane = 0; lane < 32; lane++) {
        const uint32_t* registers = lanes[warp * 32 + lane].operation->registers;
        int row = lane / 4, column = lane % 4 * e;
        // A: rows row and row + 8 take turns, then the next columns. B: the same, with columns for rows.
        for (int r = 0; r * half < 2 * shape.depth; r++) {
            for (int i = 0; i < e; i++) a[row + r % 2 * 8][column + r / 2 * half + i] = element(variant, true, registers[r], i);
        }
        for (int r = 0; r * half < shape.depth; r++) {
            for (int i = 0; i < e; i++) b[column + r * half + i][row] = element(variant, false, registers[4 + r], i);
        }
    }
    bool isInteger = e == 4, sumsHalves = variant == MatrixHalfSums;
    for (int lane = 0; lane < 32; lane++) {
        uint32_t* registers = lanes[warp * 32 + lane].operation->registers;
        uint32_t results[4];
        for (int r = 0; r < 4; r++) {
            int row = lane / 4 + r / 2 * 8, column = lane % 4 * 2 + r % 2;
            double sum = 0;
            for (int k = 0; k < shape.depth; k++) sum += a[row][k] * b[k][column];
            if (isInteger) {
                results[r] = registers[8 + r] + (uint32_t)(int32_t)sum;
            } else if (sumsHalves) {
                results[r] = toHalf(sum + wideHalf((uint16_t)(registers[8 + r / 2] >> 16 * (r % 2))));
            } else {
                results[r] = bits<uint32_t>((float)(sum + bits<float>(registers[8 + r])));
            }
        }
        if (sumsHalves) {
            for (int r = 0; r < 2; r++) results[r] = results[2 * r + 1] << 16 | results[2 * r];
        }
        std::memcpy(registers, results, sizeof results);
    }
}

}    // namespace emulator
