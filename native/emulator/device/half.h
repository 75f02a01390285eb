// Arithmetic of 16-bit floats: an operation is computed so that its one rounding is that into 16 bits.
#pragma once
#include "convert.h"

namespace emulator {

struct HalfMath {
    static float wide(uint16_t a) { return wideHalf(a); }
    static uint16_t close(double a) { return toHalf(a); }
};
struct BrainMath {
    static float wide(uint16_t a) { return wideBrain(a); }
    static uint16_t close(double a) { return toBrain(a); }
};

// a·b + c in double, rounded to odd where it is not exact, so that rounding it again is as if the exact sum had been rounded.
inline double fusedToOdd(double a, double b, double c) {
    double product = a * b;    // exact: 2 times 11 bits
    double sum = product + c;
    double back = sum - product;
    double error = (product - (sum - back)) + (c - back);
    uint64_t word = bits<uint64_t>(sum);
    if (error == 0 || error != error || (word & 1)) return sum;
    bool isBeyond = (error > 0) == (sum > 0);
    return bits<double>(isBeyond ? word | 1 : word - 1);
}

template <class M>
inline uint16_t halfAdd(uint16_t a, uint16_t b) {
    return M::close((double)M::wide(a) + M::wide(b));
}
template <class M>
inline uint16_t halfSubtract(uint16_t a, uint16_t b) {
    return M::close((double)M::wide(a) - M::wide(b));
}
template <class M>
inline uint16_t halfMultiply(uint16_t a, uint16_t b) {
    return M::close((double)M::wide(a) * M::wide(b));
}
template <class M>
inline uint16_t halfFused(uint16_t a, uint16_t b, uint16_t c) {
    return M::close(fusedToOdd(M::wide(a), M::wide(b), M::wide(c)));
}
template <class M>
inline uint16_t halfMinimum(uint16_t a, uint16_t b) {
    return M::close(minimum(M::wide(a), M::wide(b)));
}
template <class M>
inline uint16_t halfMaximum(uint16_t a, uint16_t b) {
    return M::close(maximum(M::wide(a), M::wide(b)));
}
template <class M>
inline uint16_t halfMinimumOrNan(uint16_t a, uint16_t b) {
    return M::close(minimumOrNan(M::wide(a), M::wide(b)));
}
template <class M>
inline uint16_t halfMaximumOrNan(uint16_t a, uint16_t b) {
    return M::close(maximumOrNan(M::wide(a), M::wide(b)));
}
inline uint16_t halfNegative(uint16_t a) { return a ^ 0x8000u; }
inline uint16_t halfMagnitude(uint16_t a) { return a & 0x7FFFu; }
template <class M>
inline uint16_t halfClampUnit(uint16_t a) {
    return M::close(clampUnit(M::wide(a)));
}
template <class M>
inline uint16_t halfPositive(uint16_t a) {
    float value = M::wide(a);
    return value != value ? a : value > 0 ? a : (uint16_t)0;
}

inline uint32_t pairOf(uint16_t low, uint16_t high) { return (uint32_t)high << 16 | low; }
inline uint16_t lowOf(uint32_t a) { return (uint16_t)a; }
inline uint16_t highOf(uint32_t a) { return (uint16_t)(a >> 16); }

}    // namespace emulator
