// Conversions between integers and floats of all widths, with every rounding.
#pragma once
#include "arithmetic.h"

namespace emulator {

// A binary format of floats that is narrower than double: bits of its mantissa and exponent.
struct Format {
    int mantissa, exponent;
};
constexpr Format HalfFormat{10, 5}, BrainFormat{7, 8}, SingleFormat{23, 8};

// The number in the format, as its bits; subnormals and overflow as IEEE has them, NaN as the card gives it (all ones, positive).
inline uint32_t narrow(double value, Format format, Rounding rounding) {
    uint64_t word = bits<uint64_t>(value);
    uint32_t sign = (uint32_t)(word >> 63) << (format.mantissa + format.exponent);
    uint32_t infinity = ((1u << format.exponent) - 1) << format.mantissa;
    if (value != value) return infinity | ((1u << format.mantissa) - 1);
    int exponent = (int)(word >> 52 & 0x7FF) - 1023;
    if (exponent == 1024) return sign | infinity;
    int bias = (1 << (format.exponent - 1)) - 1;
    uint64_t fraction = word & ((1ull << 52) - 1);
    if (exponent == -1023) exponent = -1022;
    else fraction |= 1ull << 52;
    int dropped = 52 - format.mantissa;
    int lowest = 1 - bias;
    if (exponent < lowest) dropped += lowest - exponent;
    uint64_t kept = dropped > 63 ? 0 : fraction >> dropped;
    uint64_t rest = dropped > 63 ? fraction : fraction & ((1ull << dropped) - 1);
    uint64_t half = dropped > 63 ? 0 : 1ull << (dropped - 1);
    bool isUp = false;
    switch (rounding) {
        case Rounding::Nearest: isUp = dropped <= 63 && (rest > half || (rest == half && (kept & 1))); break;
        case Rounding::Away: isUp = dropped <= 63 && rest >= half && rest != 0; break;
        case Rounding::Zero: break;
        case Rounding::Down: isUp = sign && rest != 0; break;
        case Rounding::Up: isUp = !sign && rest != 0; break;
    }
    kept += isUp;
    // The exponent of a normal number is added to a mantissa that still has its leading one.
    uint64_t result = exponent < lowest ? kept : kept + ((uint64_t)(exponent - lowest) << format.mantissa);
    if (result >= infinity) {
        bool isLargest = rounding == Rounding::Zero || (rounding == Rounding::Down && !sign) || (rounding == Rounding::Up && sign);
        result = isLargest ? infinity - 1 : infinity;
    }
    return sign | (uint32_t)result;
}

inline float wideHalf(uint16_t a) {
    uint32_t sign = (uint32_t)(a & 0x8000u) << 16, exponent = a >> 10 & 31, mantissa = a & 0x3FF;
    if (exponent == 31) return bits<float>(sign | 0x7F800000u | mantissa << 13);
    if (exponent == 0) return bits<float>(bits<uint32_t>((float)mantissa * 0x1p-24f) | sign);
    return bits<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}
inline float wideBrain(uint16_t a) { return bits<float>((uint32_t)a << 16); }
inline uint16_t toHalf(double a, Rounding rounding = Rounding::Nearest) { return (uint16_t)narrow(a, HalfFormat, rounding); }
inline uint16_t toBrain(double a, Rounding rounding = Rounding::Nearest) { return (uint16_t)narrow(a, BrainFormat, rounding); }
inline float toSingle(double a, Rounding rounding) { return bits<float>(narrow(a, SingleFormat, rounding)); }

// TF32 keeps 10 bits of a float's mantissa; the 13 below are zero.
inline uint32_t toTensor(float a, Rounding rounding) {
    uint32_t word = bits<uint32_t>(a);
    if ((word & 0x7F800000u) == 0x7F800000u) return a != a ? 0x7FFFFFFFu : word;
    if (rounding == Rounding::Away) return (word + 0x1000u) & ~0x1FFFu;
    if (rounding == Rounding::Nearest) return (word + 0xFFFu + (word >> 13 & 1)) & ~0x1FFFu;
    return word & ~0x1FFFu;
}

template <class T>
inline T toWhole(T a, Rounding rounding) {
    if constexpr (sizeof(T) == 4) {
        switch (rounding) {
            case Rounding::Zero: return __builtin_truncf(a);
            case Rounding::Down: return __builtin_floorf(a);
            case Rounding::Up: return __builtin_ceilf(a);
            default: return __builtin_rintf(a);
        }
    } else {
        switch (rounding) {
            case Rounding::Zero: return __builtin_trunc(a);
            case Rounding::Down: return __builtin_floor(a);
            case Rounding::Up: return __builtin_ceil(a);
            default: return __builtin_rint(a);
        }
    }
}

// What does not fit gives the nearest that does; NaN gives 0.
template <class Int, class T>
inline Int toInteger(T a, Rounding rounding) {
    if (a != a) return 0;
    constexpr bool IsSigned = (Int)-1 < 0;
    constexpr int Width = sizeof(Int) * 8 - IsSigned;
    const double above = Width == 64 ? 0x1p64 : (double)(1ull << Width);
    double whole = toWhole((double)a, rounding);
    Int highest = (Int)(IsSigned ? (typename WordOf<sizeof(Int)>::type) - 1 >> 1 : (typename WordOf<sizeof(Int)>::type) - 1);
    if (whole >= above) return highest;
    if (IsSigned) return whole < -above ? (Int)~highest : (Int)whole;
    return whole <= 0 ? (Int)0 : (Int)whole;
}

// An integer into the range of another type.
template <class To>
inline To clampInteger(__int128 a) {
    constexpr bool IsSigned = (To)-1 < 0;
    constexpr int Width = sizeof(To) * 8 - IsSigned;
    const __int128 highest = ((__int128)1 << Width) - 1, lowest = IsSigned ? -highest - 1 : 0;
    return (To)(a > highest ? highest : a < lowest ? lowest : a);
}

}    // namespace emulator
