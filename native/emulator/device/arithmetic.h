// Arithmetic of integers and floats as PTX defines it, where C++ has no operator that means the same.
#pragma once
#include "memory.h"

namespace emulator {

// What a register of floats holds before anything has been written to it.
constexpr float Poison32 = __builtin_bit_cast(float, 0xFFFFFFFFu);
constexpr double Poison64 = __builtin_bit_cast(double, 0xFFFFFFFFFFFFFFFFull);

template <class T>
struct Wider;
template <>
struct Wider<uint16_t> {
    using type = uint32_t;
};
template <>
struct Wider<int16_t> {
    using type = int32_t;
};
template <>
struct Wider<uint32_t> {
    using type = uint64_t;
};
template <>
struct Wider<int32_t> {
    using type = int64_t;
};
template <>
struct Wider<uint64_t> {
    using type = unsigned __int128;
};
template <>
struct Wider<int64_t> {
    using type = __int128;
};

template <class T>
inline T mulHigh(T a, T b) {
    using Wide = typename Wider<T>::type;
    return (T)((Wide)a * (Wide)b >> (sizeof(T) * 8));
}
template <class T>
inline auto mulWide(T a, T b) {
    using Wide = typename Wider<T>::type;
    return (Wide)((Wide)a * (Wide)b);
}

// Division by zero is no trap on a card; what it gives is all ones.
template <class T>
inline T divide(T a, T b) {
    if (b == 0) return (T)-1;
    if ((T)-1 < 0 && b == (T)-1) return (T)(0 - (typename Wider<T>::type)a);
    return a / b;
}
template <class T>
inline T remainder(T a, T b) {
    if (b == 0) return a;
    if ((T)-1 < 0 && b == (T)-1) return 0;
    return a % b;
}
template <class T>
inline T absolute(T a) {
    return a < 0 ? (T)(0 - (typename Wider<T>::type)a) : a;
}
template <class T>
inline T least(T a, T b) {
    return a < b ? a : b;
}
template <class T>
inline T greatest(T a, T b) {
    return a > b ? a : b;
}
inline int32_t saturate(int64_t a) { return a > INT32_MAX ? INT32_MAX : a < INT32_MIN ? INT32_MIN : (int32_t)a; }

template <class T>
inline T shiftLeft(T a, uint32_t by) {
    return by >= sizeof(T) * 8 ? (T)0 : (T)(a << by);
}
template <class T>
inline T shiftRight(T a, uint32_t by) {
    return by >= sizeof(T) * 8 ? (T)(a < 0 ? -1 : 0) : (T)(a >> by);
}

inline uint32_t funnelLeft(uint32_t low, uint32_t high, uint32_t by) {
    return by == 0 ? high : by >= 32 ? low : high << by | low >> (32 - by);
}
inline uint32_t funnelRight(uint32_t low, uint32_t high, uint32_t by) {
    return by == 0 ? low : by >= 32 ? high : high << (32 - by) | low >> by;
}

inline uint32_t permute(uint32_t a, uint32_t b, uint32_t selectors) {
    uint64_t bytes = (uint64_t)b << 32 | a;
    uint32_t result = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t selector = selectors >> 4 * i;
        uint32_t byte = bytes >> 8 * (selector & 7) & 0xFF;
        if (selector & 8) byte = byte & 0x80 ? 0xFF : 0;
        result |= byte << 8 * i;
    }
    return result;
}

// T decides the width and whether the field is extended by its sign.
template <class T>
inline T extractField(T a, uint32_t position, uint32_t length) {
    constexpr uint32_t Width = sizeof(T) * 8;
    position &= 0xFF, length &= 0xFF;
    using Unsigned = typename WordOf<sizeof(T)>::type;
    if (length == 0) return 0;
    uint32_t last = position + length - 1 < Width - 1 ? position + length - 1 : Width - 1;
    bool isNegative = (T)-1 < 0 && ((Unsigned)a >> last & 1);
    Unsigned field = position >= Width ? 0 : (Unsigned)a >> position;
    uint32_t held = position >= Width ? 0 : last - position + 1;
    if (held >= Width) return (T)field;
    Unsigned mask = ((Unsigned)1 << held) - 1;
    return (T)(isNegative ? field | ~mask : field & mask);
}
template <class T>
inline T insertField(T a, T b, uint32_t position, uint32_t length) {
    constexpr uint32_t Width = sizeof(T) * 8;
    position &= 0xFF, length &= 0xFF;
    if (position >= Width || length == 0) return b;
    T mask = length >= Width ? (T)-1 : (T)(((T)1 << length) - 1);
    mask = (T)(mask << position);
    return (T)((b & ~mask) | (a << position & mask));
}

inline uint32_t countLeadingZeros(uint32_t a) { return a == 0 ? 32 : __builtin_clz(a); }
inline uint32_t countLeadingZeros(uint64_t a) { return a == 0 ? 64 : __builtin_clzll(a); }
inline uint32_t findHighest(uint64_t a, bool asShift, uint32_t width) {
    if (a == 0) return 0xFFFFFFFFu;
    uint32_t position = 63 - __builtin_clzll(a);
    return asShift ? width - 1 - position : position;
}
template <class T>
inline T reverseBits(T a) {
    T result = 0;
    for (uint32_t i = 0; i < sizeof(T) * 8; i++) result = (T)(result << 1 | (a >> i & 1));
    return result;
}
template <int Table>
inline uint32_t lookup3(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t result = 0;
    if (Table & 0x01) result |= ~a & ~b & ~c;
    if (Table & 0x02) result |= ~a & ~b & c;
    if (Table & 0x04) result |= ~a & b & ~c;
    if (Table & 0x08) result |= ~a & b & c;
    if (Table & 0x10) result |= a & ~b & ~c;
    if (Table & 0x20) result |= a & ~b & c;
    if (Table & 0x40) result |= a & b & ~c;
    if (Table & 0x80) result |= a & b & c;
    return result;
}
template <class A, class B>
inline uint32_t dotBytes(uint32_t a, uint32_t b, uint32_t sum) {
    for (int i = 0; i < 4; i++) sum += (uint32_t)((int32_t)(A)(a >> 8 * i) * (int32_t)(B)(b >> 8 * i));
    return sum;
}

template <class T>
inline bool isNan(T a) {
    return a != a;
}
inline float flush(float a) {
    uint32_t word = bits<uint32_t>(a);
    return (word & 0x7F800000u) == 0 ? bits<float>(word & 0x80000000u) : a;
}
template <class T>
inline bool isSubnormal(T a) {
    return a != 0 && !__builtin_isnormal(a) && __builtin_isfinite(a);
}
template <class T>
inline T clampUnit(T a) {
    return !(a > 0) ? (T)0 : a > 1 ? (T)1 : a;
}

inline float canonicalNan(float) { return bits<float>(0x7FFFFFFFu); }
inline double canonicalNan(double) { return bits<double>(0x7FFFFFFFFFFFFFFFull); }
inline bool signBit(float a) { return bits<uint32_t>(a) >> 31; }
inline bool signBit(double a) { return bits<uint64_t>(a) >> 63; }

// A number wins over NaN, and -0 is less than +0.
template <class T>
inline T minimum(T a, T b) {
    if (isNan(a) || isNan(b)) return isNan(a) ? (isNan(b) ? canonicalNan(a) : b) : a;
    return a == b ? (signBit(a) ? a : b) : a < b ? a : b;
}
template <class T>
inline T maximum(T a, T b) {
    if (isNan(a) || isNan(b)) return isNan(a) ? (isNan(b) ? canonicalNan(a) : b) : a;
    return a == b ? (signBit(a) ? b : a) : a > b ? a : b;
}
template <class T>
inline T minimumOrNan(T a, T b) {
    return isNan(a) || isNan(b) ? canonicalNan(a) : minimum(a, b);
}
template <class T>
inline T maximumOrNan(T a, T b) {
    return isNan(a) || isNan(b) ? canonicalNan(a) : maximum(a, b);
}

inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
inline float squareRoot(float a) { return a < 0 ? canonicalNan(a) : __builtin_sqrtf(a); }
inline double squareRoot(double a) { return a < 0 ? canonicalNan(a) : __builtin_sqrt(a); }
inline float negative(float a) { return bits<float>(bits<uint32_t>(a) ^ 0x80000000u); }
inline double negative(double a) { return bits<double>(bits<uint64_t>(a) ^ 0x8000000000000000ull); }
inline float magnitude(float a) { return bits<float>(bits<uint32_t>(a) & 0x7FFFFFFFu); }
inline double magnitude(double a) { return bits<double>(bits<uint64_t>(a) & 0x7FFFFFFFFFFFFFFFull); }
inline float copySign(float sign, float a) { return __builtin_copysignf(a, sign); }
inline double copySign(double sign, double a) { return __builtin_copysign(a, sign); }

}    // namespace emulator
