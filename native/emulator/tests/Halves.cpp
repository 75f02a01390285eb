// 16-bit floats. What is expected is found by search: the one of all 65536 numbers that is nearest to the exact result.
#include "Instructions.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

using check::Instruction;
using check::tryInstructions;

namespace {

using u = uint64_t;

// A format by its bits of exponent and mantissa, with all its finite numbers in order.
struct Format {
    int exponent, mantissa;
    std::vector<std::pair<long double, uint16_t>> numbers;

    Format(int exponent, int mantissa) : exponent(exponent), mantissa(mantissa) {
        for (unsigned word = 0; word < 0x8000; word++) {
            if (std::isfinite(wide((uint16_t)word))) numbers.push_back({wide((uint16_t)word), (uint16_t)word});
        }
    }

    double wide(uint16_t word) const {
        int e = word >> mantissa & ((1 << exponent) - 1), m = word & ((1 << mantissa) - 1), bias = (1 << (exponent - 1)) - 1;
        double size = e == (1 << exponent) - 1 ? (m ? NAN : INFINITY)
                      : e == 0                 ? std::ldexp(m, 1 - bias - mantissa)
                                               : std::ldexp(m + (1 << mantissa), e - bias - mantissa);
        return word >> 15 ? -size : size;
    }

    uint16_t nearest(long double value) const {
        uint16_t sign = std::signbit(value) ? 0x8000 : 0, infinity = (uint16_t)(((1 << exponent) - 1) << mantissa);
        if (std::isnan(value)) return 0x7FFF;
        long double size = std::abs(value);
        auto above = std::lower_bound(numbers.begin(), numbers.end(), std::pair<long double, uint16_t>{size, 0});
        if (above == numbers.end()) {
            // Half a step above the largest is where infinity begins.
            long double last = numbers.back().first, step = last - numbers[numbers.size() - 2].first;
            return sign | (size >= last + step / 2 ? infinity : numbers.back().second);
        }
        if (above->first == size || above == numbers.begin()) return sign | above->second;
        auto below = std::prev(above);
        long double up = above->first - size, down = size - below->first;
        bool takesBelow = down < up || (down == up && below->second % 2 == 0);
        return sign | (takesBelow ? below->second : above->second);
    }
};

const Format half(5, 10), brain(8, 7);
float f(u a) { return std::bit_cast<float>((uint32_t)a); }
long double h(u a) { return half.wide((uint16_t)a); }
long double b(u a) { return brain.wide((uint16_t)a); }
u pair(uint16_t low, uint16_t high) { return (u)high << 16 | low; }

// x·y + z, exact as a number of 113 bits.
__extension__ typedef __float128 Exact;
uint16_t fused(const Format& format, u x, u y, u z) {
    double a = format.wide((uint16_t)x), c = format.wide((uint16_t)y), e = format.wide((uint16_t)z);
    if (!std::isfinite(a) || !std::isfinite(c) || !std::isfinite(e)) return format.nearest(a * c + e);
    Exact exact = (Exact)a * (Exact)c + (Exact)e;
    long double near = (long double)exact;
    // What a long double has lost decides only where it lies in the middle between two numbers.
    if ((Exact)near < exact) near = std::nextafter(near, (long double)INFINITY);
    else if ((Exact)near > exact) near = std::nextafter(near, -(long double)INFINITY);
    return format.nearest(near);
}

}    // namespace

CASE("arithmetic of halves") {
    tryInstructions({
        {"add.f16 $d, $a, $b;", 16, 16, [](u x, u y, u) { return (u)half.nearest(h(x) + h(y)); }, true},
        {"sub.rn.f16 $d, $a, $b;", 16, 16, [](u x, u y, u) { return (u)half.nearest(h(x) - h(y)); }, true},
        {"mul.f16 $d, $a, $b;", 16, 16, [](u x, u y, u) { return (u)half.nearest(h(x) * h(y)); }, true},
        {"fma.rn.f16 $d, $a, $b, $c;", 16, 16, [](u x, u y, u z) { return (u)fused(half, x, y, z); }, true},
        {"neg.f16 $d, $a;", 16, 16, [](u x, u, u) { return x ^ 0x8000; }},
        {"abs.f16 $d, $a;", 16, 16, [](u x, u, u) { return x & 0x7FFF; }},
        {"add.f16x2 $d, $a, $b;", 32, 32,
         [](u x, u y, u) { return pair(half.nearest(h(x) + h(y)), half.nearest(h(x >> 16) + h(y >> 16))); }},
        {"mul.f16x2 $d, $a, $b;", 32, 32,
         [](u x, u y, u) { return pair(half.nearest(h(x) * h(y)), half.nearest(h(x >> 16) * h(y >> 16))); }},
        {"fma.rn.f16x2 $d, $a, $b, $c;", 32, 32,
         [](u x, u y, u z) { return pair(fused(half, x, y, z), fused(half, x >> 16, y >> 16, z >> 16)); }},
        {"neg.f16x2 $d, $a;", 32, 32, [](u x, u, u) { return x ^ 0x80008000; }},
        {"setp.lt.f16 %p1, $a, $b; selp.b16 $d, 1, 0, %p1;", 16, 16, [](u x, u y, u) { return (u)(h(x) < h(y)); }},
        {"setp.ge.f16x2 %p1|%p2, $a, $b; selp.b32 %r2, 1, 0, %p1; selp.b32 %r3, 2, 0, %p2; add.u32 $d, %r2, %r3;", 32, 32,
         [](u x, u y, u) { return (u)((h(x) >= h(y)) + 2 * (h(x >> 16) >= h(y >> 16))); }},
    });
}

CASE("arithmetic of bfloats") {
    tryInstructions({
        {"fma.rn.bf16 $d, $a, $b, $c;", 16, 16, [](u x, u y, u z) { return (u)fused(brain, x, y, z); }, true},
        {"fma.rn.bf16x2 $d, $a, $b, $c;", 32, 32,
         [](u x, u y, u z) { return pair(fused(brain, x, y, z), fused(brain, x >> 16, y >> 16, z >> 16)); }},
        {"add.rn.bf16 $d, $a, $b;", 16, 16, [](u x, u y, u) { return (u)brain.nearest(b(x) + b(y)); }, true},
        {"neg.bf16x2 $d, $a;", 32, 32, [](u x, u, u) { return x ^ 0x80008000; }},
    });
}

CASE("conversions to and from 16-bit floats") {
    auto zero = [](const Format& format, double value) {
        uint16_t near = format.nearest(value);
        if (std::isfinite(value) && std::abs(format.wide(near)) > std::abs(value)) near--;
        return near;
    };
    tryInstructions({
        {"cvt.rn.f16.f32 $d, $a;", 32, 16, [](u a, u, u) { return (u)half.nearest(f(a)); }, true},
        {"cvt.rz.f16.f32 $d, $a;", 32, 16, [=](u a, u, u) { return (u)zero(half, f(a)); }, true},
        {"cvt.f32.f16 $d, $a;", 16, 32, [](u a, u, u) { return (u)std::bit_cast<uint32_t>((float)h(a)); }, true},
        {"cvt.rn.bf16.f32 $d, $a;", 32, 16, [](u a, u, u) { return (u)brain.nearest(f(a)); }, true},
        {"cvt.rn.f16x2.f32 $d, $a, $b;", 32, 32, [](u a, u c, u) { return pair(half.nearest(f(c)), half.nearest(f(a))); }},
        {"cvt.rn.bf16x2.f32 $d, $a, $b;", 32, 32, [](u a, u c, u) { return pair(brain.nearest(f(c)), brain.nearest(f(a))); }},
        {"cvt.rn.relu.f16x2.f32 $d, $a, $b;", 32, 32,
         [](u a, u c, u) {
             auto positive = [](float x) { return std::isnan(x) ? x : x > 0 ? x : 0.0f; };
             return pair(half.nearest(positive(f(c))), half.nearest(positive(f(a))));
         }},
        {"cvt.rn.f16.s32 $d, $a;", 32, 16, [](u a, u, u) { return (u)half.nearest((int32_t)a); }},
        {"cvt.rzi.s32.f16 $d, $a;", 16, 32,
         [](u a, u, u) { return std::isnan(h(a)) ? 0 : (u)(int64_t)std::clamp<long double>(std::trunc(h(a)), INT32_MIN, INT32_MAX); }},
    });
}
