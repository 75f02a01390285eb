// Floats of 32 and 64 bits: arithmetic with every rounding, comparisons with NaN, conversions, approximations.
#include "Instructions.h"
#include <algorithm>
#include <bit>
#include <cfenv>
#include <cmath>

using check::Instruction;
using check::tryInstructions;

namespace {

using u = uint64_t;
float f(u a) { return std::bit_cast<float>((uint32_t)a); }
double d(u a) { return std::bit_cast<double>(a); }
u out(float a) { return std::bit_cast<uint32_t>(a); }
u out(double a) { return std::bit_cast<uint64_t>(a); }
float flushed(float a) { return std::fpclassify(a) == FP_SUBNORMAL ? std::copysign(0.0f, a) : a; }

// The same with the processor's rounding switched.
template <class T>
T rounded(int mode, T (*operation)(T, T, T), T a, T b, T c) {
    volatile T x = a, y = b, z = c;
    std::fesetround(mode);
    volatile T result = operation(x, y, z);
    std::fesetround(FE_TONEAREST);
    return result;
}

template <class T>
Instruction directed(const char* text, int mode, T (*operation)(T, T, T)) {
    int bits = sizeof(T) * 8;
    return {text, bits, bits,
            [=](u a, u b, u c) {
                if constexpr (sizeof(T) == 4) return out(rounded<float>(mode, operation, f(a), f(b), f(c)));
                else return out(rounded<double>(mode, operation, d(a), d(b), d(c)));
            },
            true};
}

template <class T>
T least(T a, T b) {
    return std::isnan(a) ? b : std::isnan(b) ? a : a == b ? (std::signbit(a) ? a : b) : std::min(a, b);
}
template <class T>
T greatest(T a, T b) {
    return std::isnan(a) ? b : std::isnan(b) ? a : a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}

template <class Int>
u whole(double a, double (*towards)(double)) {
    if (std::isnan(a)) return 0;
    long double value = towards(a), least = std::numeric_limits<Int>::min(), most = std::numeric_limits<Int>::max();
    return (u)(value <= least ? std::numeric_limits<Int>::min() : value >= most ? std::numeric_limits<Int>::max() : (Int)value);
}

Instruction compared(const std::string& comparison, bool (*holds)(float, float)) {
    return {"setp." + comparison + ".f32 %p1, $a, $b; selp.b32 $d, 1, 0, %p1;", 32, 32, [=](u a, u b, u) { return (u)holds(f(a), f(b)); }};
}

}    // namespace

CASE("arithmetic of single floats") {
    tryInstructions({
        {"add.rn.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) + f(b)); }, true},
        {"add.f32 $d, $a, 0f3FC00000;", 32, 32, [](u a, u, u) { return out(f(a) + 1.5f); }, true},
        {"sub.rn.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) - f(b)); }, true},
        {"mul.rn.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) * f(b)); }, true},
        {"fma.rn.f32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return out(std::fma(f(a), f(b), f(c))); }, true},
        {"mul.rn.f32 $d, $a, $b; add.rn.f32 $d, $d, $c;", 32, 32,
         [](u a, u b, u c) {
             float p = f(a) * f(b);
             return out(p + f(c));
         },
         true},
        {"div.rn.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) / f(b)); }, true},
        {"sqrt.rn.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(std::sqrt(f(a))); }, true},
        {"rcp.rn.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(1.0f / f(a)); }, true},
        {"abs.f32 $d, $a;", 32, 32, [](u a, u, u) { return a & 0x7FFFFFFF; }},
        {"neg.f32 $d, $a;", 32, 32, [](u a, u, u) { return a ^ 0x80000000; }},
        {"min.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(least(f(a), f(b))); }, true},
        {"max.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(greatest(f(a), f(b))); }, true},
        {"max.NaN.f32 $d, $a, $b;", 32, 32,
         [](u a, u b, u) { return out(std::isnan(f(a)) || std::isnan(f(b)) ? NAN : greatest(f(a), f(b))); }, true},
        {"copysign.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (b & 0x7FFFFFFF) | (a & 0x80000000); }},
        {"add.ftz.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(flushed(flushed(f(a)) + flushed(f(b)))); }, true},
        {"mul.ftz.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(flushed(flushed(f(a)) * flushed(f(b)))); }, true},
        {"add.sat.f32 $d, $a, $b;", 32, 32,
         [](u a, u b, u) {
             float x = f(a) + f(b);
             return out(x > 0 ? std::min(x, 1.0f) : 0.0f);
         }},
        {"testp.finite.f32 %p1, $a; selp.b32 $d, 1, 0, %p1;", 32, 32, [](u a, u, u) { return (u)std::isfinite(f(a)); }},
        {"testp.subnormal.f32 %p1, $a; selp.b32 $d, 1, 0, %p1;", 32, 32,
         [](u a, u, u) { return (u)(std::fpclassify(f(a)) == FP_SUBNORMAL); }},
        {"set.lt.f32.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) < f(b) ? 1.0f : 0.0f); }},
        {"slct.f32.f32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return f(c) >= 0 ? a : b; }},
    });
}

CASE("single and double floats with the other roundings") {
    auto add = [](auto a, auto b, auto) { return a + b; };
    auto multiply = [](auto a, auto b, auto) { return a * b; };
    auto divide = [](auto a, auto b, auto) { return a / b; };
    auto fused = [](auto a, auto b, auto c) { return std::fma(a, b, c); };
    tryInstructions({
        directed<float>("add.rz.f32 $d, $a, $b;", FE_TOWARDZERO, add),
        directed<float>("add.rm.f32 $d, $a, $b;", FE_DOWNWARD, add),
        directed<float>("mul.rp.f32 $d, $a, $b;", FE_UPWARD, multiply),
        directed<float>("div.rz.f32 $d, $a, $b;", FE_TOWARDZERO, divide),
        directed<float>("fma.rm.f32 $d, $a, $b, $c;", FE_DOWNWARD, fused),
        directed<double>("add.rp.f64 $d, $a, $b;", FE_UPWARD, add),
        directed<double>("mul.rz.f64 $d, $a, $b;", FE_TOWARDZERO, multiply),
        directed<double>("fma.rz.f64 $d, $a, $b, $c;", FE_TOWARDZERO, fused),
    });
}

CASE("arithmetic of double floats") {
    tryInstructions({
        {"add.rn.f64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return out(d(a) + d(b)); }, true},
        {"sub.rn.f64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return out(d(a) - d(b)); }, true},
        {"mul.rn.f64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return out(d(a) * d(b)); }, true},
        {"fma.rn.f64 $d, $a, $b, $c;", 64, 64, [](u a, u b, u c) { return out(std::fma(d(a), d(b), d(c))); }, true},
        {"div.rn.f64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return out(d(a) / d(b)); }, true},
        {"sqrt.rn.f64 $d, $a;", 64, 64, [](u a, u, u) { return out(std::sqrt(d(a))); }, true},
        {"rcp.rn.f64 $d, $a;", 64, 64, [](u a, u, u) { return out(1.0 / d(a)); }, true},
        {"min.f64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return out(least(d(a), d(b))); }, true},
        {"max.f64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return out(greatest(d(a), d(b))); }, true},
        {"abs.f64 $d, $a;", 64, 64, [](u a, u, u) { return a & ~(1ull << 63); }},
        {"neg.f64 $d, $a;", 64, 64, [](u a, u, u) { return a ^ 1ull << 63; }},
        {"setp.ltu.f64 %p1, $a, $b; selp.f64 $d, $a, $b, %p1;", 64, 64, [](u a, u b, u) { return !(d(a) >= d(b)) ? a : b; }},
    });
}

CASE("comparisons of single floats, ordered and not") {
    tryInstructions({
        compared("eq", [](float a, float b) { return a == b; }),
        compared("ne", [](float a, float b) { return a < b || a > b; }),
        compared("lt", [](float a, float b) { return a < b; }),
        compared("le", [](float a, float b) { return a <= b; }),
        compared("gt", [](float a, float b) { return a > b; }),
        compared("ge", [](float a, float b) { return a >= b; }),
        compared("equ", [](float a, float b) { return !(a < b || a > b); }),
        compared("neu", [](float a, float b) { return a != b; }),
        compared("ltu", [](float a, float b) { return !(a >= b); }),
        compared("leu", [](float a, float b) { return !(a > b); }),
        compared("gtu", [](float a, float b) { return !(a <= b); }),
        compared("geu", [](float a, float b) { return !(a < b); }),
        compared("num", [](float a, float b) { return !std::isnan(a) && !std::isnan(b); }),
        compared("nan", [](float a, float b) { return std::isnan(a) || std::isnan(b); }),
        {"setp.gt.ftz.f32 %p1, $a, 0f00000000; selp.b32 $d, 1, 0, %p1;", 32, 32, [](u a, u, u) { return (u)(flushed(f(a)) > 0); }},
    });
}

CASE("conversions between floats and integers") {
    tryInstructions({
        {"cvt.rn.f32.s32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)(int32_t)a); }},
        {"cvt.rn.f32.u32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)(uint32_t)a); }},
        {"cvt.rz.f32.u32 $d, $a;", 32, 32,
         [](u a, u, u) {
             float x = (float)(uint32_t)a;
             return out((double)x > (double)(uint32_t)a ? std::nextafter(x, 0.0f) : x);
         }},
        {"cvt.rn.f64.s32 $d, $a;", 32, 64, [](u a, u, u) { return out((double)(int32_t)a); }},
        {"cvt.rn.f64.u64 $d, $a;", 64, 64, [](u a, u, u) { return out((double)a); }},
        {"cvt.rn.f32.s64 $d, $a;", 64, 32, [](u a, u, u) { return out((float)(int64_t)a); }},
        {"cvt.rzi.s32.f32 $d, $a;", 32, 32, [](u a, u, u) { return whole<int32_t>(f(a), std::trunc); }},
        {"cvt.rni.s32.f32 $d, $a;", 32, 32, [](u a, u, u) { return whole<int32_t>(f(a), std::nearbyint); }},
        {"cvt.rmi.s32.f32 $d, $a;", 32, 32, [](u a, u, u) { return whole<int32_t>(f(a), std::floor); }},
        {"cvt.rpi.u32.f32 $d, $a;", 32, 32, [](u a, u, u) { return whole<uint32_t>(f(a), std::ceil); }},
        {"cvt.rzi.u64.f32 $d, $a;", 32, 64, [](u a, u, u) { return whole<uint64_t>(f(a), std::trunc); }},
        {"cvt.rzi.s64.f64 $d, $a;", 64, 64, [](u a, u, u) { return whole<int64_t>(d(a), std::trunc); }},
        {"cvt.rzi.u32.f64 $d, $a;", 64, 32, [](u a, u, u) { return whole<uint32_t>(d(a), std::trunc); }},
        {"cvt.rzi.s8.f32 $d, $a;", 32, 32, [](u a, u, u) { return (u)(int8_t)whole<int8_t>(f(a), std::trunc); }},
        {"cvt.f64.f32 $d, $a;", 32, 64, [](u a, u, u) { return out((double)f(a)); }, true},
        {"cvt.rn.f32.f64 $d, $a;", 64, 32, [](u a, u, u) { return out((float)d(a)); }, true},
        {"cvt.rz.f32.f64 $d, $a;", 64, 32,
         [](u a, u, u) {
             float x = (float)d(a);
             return out(std::abs((double)x) > std::abs(d(a)) ? std::nextafter(x, 0.0f) : x);
         },
         true},
        {"cvt.rni.f32.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(std::nearbyint(f(a))); }, true},
        {"cvt.rmi.f32.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(std::floor(f(a))); }, true},
        {"cvt.rzi.f64.f64 $d, $a;", 64, 64, [](u a, u, u) { return out(std::trunc(d(a))); }, true},
        {"cvt.sat.f32.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(f(a) > 0 ? std::min(f(a), 1.0f) : 0.0f); }},
        {"cvt.rna.tf32.f32 $d, $a;", 32, 32,
         [](u a, u, u) { return std::isfinite(f(a)) ? (a + 0x1000) & ~0x1FFFull
                                : std::isnan(f(a))  ? 0x7FFFFFFF
                                                    : a; }, true},
    });
}

CASE("approximations of single floats") {
    tryInstructions({
        {"rsqrt.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)(1 / std::sqrt((double)f(a)))); }, true, 1e-6},
        {"sqrt.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(std::sqrt(f(a))); }, true, 1e-6},
        {"rcp.approx.ftz.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(flushed(1 / flushed(f(a)))); }, true, 1e-6},
        {"div.approx.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) / f(b)); }, true, 1e-6},
        {"div.full.f32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return out(f(a) / f(b)); }, true, 1e-6},
        {"ex2.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)std::exp2((double)f(a))); }, true, 1e-6},
        {"ex2.approx.ftz.f32 $d, $a;", 32, 32, [](u a, u, u) { return out(flushed((float)std::exp2((double)flushed(f(a))))); }, true, 1e-6},
        {"lg2.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)std::log2((double)f(a))); }, true, 1e-6},
        {"sin.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)std::sin((double)f(a))); }, true, 1e-6},
        {"cos.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)std::cos((double)f(a))); }, true, 1e-6},
        {"tanh.approx.f32 $d, $a;", 32, 32, [](u a, u, u) { return out((float)std::tanh((double)f(a))); }, true, 1e-6},
    });
}
