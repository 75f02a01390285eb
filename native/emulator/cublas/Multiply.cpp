// Products of matrices: operands are packed as floats, 16 rows of op(A) and 6 columns of op(B) side by side, and multiplied tile by tile.
#include "../device/half.h"
#include "Blas.h"
#include <algorithm>
#include <cstring>
#include <vector>

namespace emulator::blas {
namespace {

constexpr int Rows = 16, Columns = 6;
typedef float Vector __attribute__((vector_size(32), aligned(4)));

float element(const uint8_t* at, cudaDataType type, int64_t index) {
    switch (type) {
        case CUDA_R_16F: return wideHalf(load<uint16_t>(at + 2 * index));
        case CUDA_R_16BF: return wideBrain(load<uint16_t>(at + 2 * index));
        case CUDA_R_8I: return (float)load<int8_t>(at + index);
        default: return load<float>(at + 4 * index);
    }
}

float rounded(float value, Precision precision) {
    switch (precision) {
        case Precision::Tensor: return bits<float>(toTensor(value, Rounding::Away));
        case Precision::Half: return wideHalf(toHalf(value));
        case Precision::Brain: return wideBrain(toBrain(value));
        default: return value;
    }
}

// Panels of width rows (or columns), each k long; what is missing at the edge is zero.
std::vector<float> pack(const uint8_t* at, cudaDataType type, int64_t count, int64_t k, int64_t stride, int64_t step, int width,
                        Precision precision) {
    int64_t panels = (count + width - 1) / width;
    std::vector<float> packed(panels * width * k, 0.0f);
    for (int64_t panel = 0; panel < panels; panel++) {
        int here = (int)std::min<int64_t>(width, count - panel * width);
        float* to = packed.data() + panel * width * k;
        for (int64_t p = 0; p < k; p++) {
            for (int i = 0; i < here; i++) to[p * width + i] = element(at, type, (panel * width + i) * stride + p * step);
        }
    }
    if (precision != Precision::Single) {
        for (float& value : packed) value = rounded(value, precision);
    }
    return packed;
}

// The sums of one tile. Every output has its own sum, so the width of vectors changes no bit.
#if defined(__x86_64__)
__attribute__((target_clones("avx2", "default")))
#endif
void tile(const float* a, const float* b, int64_t k, float* sums) {
    Vector low[Columns] = {}, high[Columns] = {};
    for (int64_t p = 0; p < k; p++) {
        Vector first = *reinterpret_cast<const Vector*>(a + p * Rows), second = *reinterpret_cast<const Vector*>(a + p * Rows + 8);
#pragma GCC unroll 6
        for (int j = 0; j < Columns; j++) {
            low[j] += first * b[p * Columns + j];
            high[j] += second * b[p * Columns + j];
        }
    }
    for (int j = 0; j < Columns; j++) {
        *reinterpret_cast<Vector*>(sums + j * Rows) = low[j];
        *reinterpret_cast<Vector*>(sums + j * Rows + 8) = high[j];
    }
}

// β of zero does not read C, which may hold anything.
void storeElement(uint8_t* at, cudaDataType type, int64_t index, float sum, float alpha, float beta) {
    float value = alpha * sum;
    if (beta != 0) value += beta * element(at, type, index);
    if (type == CUDA_R_32F) store<float>(at + 4 * index, value);
    if (type == CUDA_R_16F) store<uint16_t>(at + 2 * index, toHalf(value));
    if (type == CUDA_R_16BF) store<uint16_t>(at + 2 * index, toBrain(value));
}

}    // namespace

int bytesOf(cudaDataType type) { return type == CUDA_R_32F ? 4 : type == CUDA_R_8I ? 1 : 2; }

void multiply(const Product& p) {
    int64_t k = p.alpha == 0 ? 0 : p.k;
    std::vector<float> a = pack(p.a, p.typeA, p.m, k, p.transposesA ? p.lda : 1, p.transposesA ? 1 : p.lda, Rows, p.precision);
    std::vector<float> b = pack(p.b, p.typeB, p.n, k, p.transposesB ? 1 : p.ldb, p.transposesB ? p.ldb : 1, Columns, p.precision);
    float sums[Rows * Columns];
    for (int64_t i = 0; i < p.m; i += Rows) {
        for (int64_t j = 0; j < p.n; j += Columns) {
            tile(a.data() + i * k, b.data() + j * k, k, sums);
            for (int64_t column = j; column < std::min(j + Columns, p.n); column++) {
                for (int64_t row = i; row < std::min(i + Rows, p.m); row++) {
                    storeElement(p.c, p.typeC, column * p.ldc + row, sums[(column - j) * Rows + row - i], p.alpha, p.beta);
                }
            }
        }
    }
}

}    // namespace emulator::blas
