// Integers: arithmetic, bits, comparisons.
#include "Instructions.h"
#include <algorithm>
#include <bit>

using check::Instruction;
using check::tryInstructions;

namespace {

using u = uint64_t;
int32_t s(u a) { return (int32_t)a; }
uint32_t w(u a) { return (uint32_t)a; }

}    // namespace

CASE("integer arithmetic of 32 bits") {
    tryInstructions({
        {"add.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return a + b; }},
        {"sub.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return a - b; }},
        {"add.sat.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (u)std::clamp<int64_t>((int64_t)s(a) + s(b), INT32_MIN, INT32_MAX); }},
        {"mul.lo.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return a * b; }},
        {"mul.hi.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (u)((int64_t)s(a) * s(b) >> 32); }},
        {"mul.hi.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return a * b >> 32; }},
        {"mul.wide.s32 $d, $a, $b;", 32, 64, [](u a, u b, u) { return (u)((int64_t)s(a) * s(b)); }},
        {"mul.wide.u32 $d, $a, $b;", 32, 64, [](u a, u b, u) { return a * b; }},
        {"mad.lo.s32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return a * b + c; }},
        {"mad.hi.u32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return (a * b >> 32) + c; }},
        {"mad.wide.s32 $d, $a, $b, $c;", 32, 64, [](u a, u b, u c) { return (u)((int64_t)s(a) * s(b)) + c; }, false, 0, 64},
        {"mul24.lo.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (a & 0xFFFFFF) * (b & 0xFFFFFF); }},
        {"div.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return s(b) == 0 ? ~0ull : (u)((int64_t)s(a) / s(b)); }},
        {"div.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return b == 0 ? ~0ull : a / b; }},
        {"rem.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return s(b) == 0 ? a : (u)((int64_t)s(a) % s(b)); }},
        {"rem.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return b == 0 ? a : a % b; }},
        {"min.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (u)std::min(s(a), s(b)); }},
        {"max.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (u)std::max(s(a), s(b)); }},
        {"min.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return std::min(a, b); }},
        {"max.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return std::max(a, b); }},
        {"abs.s32 $d, $a;", 32, 32, [](u a, u, u) { return s(a) < 0 ? 0 - a : a; }},
        {"neg.s32 $d, $a;", 32, 32, [](u a, u, u) { return 0 - a; }},
        {"sad.s32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return (s(a) < s(b) ? b - a : a - b) + c; }},
        {"dp4a.s32.u32 $d, $a, $b, $c;", 32, 32,
         [](u a, u b, u c) {
             for (int i = 0; i < 4; i++) c += (u)((int)(int8_t)(a >> 8 * i) * (int)(uint8_t)(b >> 8 * i));
             return c;
         }},
        {"add.cc.u32 $d, $a, $b; addc.u32 $d, $a, $c;", 32, 32, [](u a, u b, u c) { return a + c + ((a + b) >> 32); }},
        {"sub.cc.u32 $d, $a, $b; subc.u32 $d, $a, $c;", 32, 32, [](u a, u b, u c) { return a - c - (a < b); }},
    });
}

CASE("integer arithmetic of 16 and 64 bits") {
    tryInstructions({
        {"add.s16 $d, $a, $b;", 16, 16, [](u a, u b, u) { return a + b; }},
        {"mul.lo.u16 $d, $a, $b;", 16, 16, [](u a, u b, u) { return a * b; }},
        {"mul.hi.s16 $d, $a, $b;", 16, 16, [](u a, u b, u) { return (u)((int16_t)a * (int16_t)b >> 16); }},
        {"mul.wide.u16 $d, $a, $b;", 16, 32, [](u a, u b, u) { return a * b; }},
        {"mul.wide.s16 $d, $a, $b;", 16, 32, [](u a, u b, u) { return (u)((int16_t)a * (int16_t)b); }},
        {"mad.lo.s16 $d, $a, $b, $c;", 16, 16, [](u a, u b, u c) { return a * b + c; }},
        {"div.s16 $d, $a, $b;", 16, 16, [](u a, u b, u) { return b == 0 ? ~0ull : (u)((int16_t)a / (int16_t)b); }},
        {"min.s16 $d, $a, $b;", 16, 16, [](u a, u b, u) { return (u)std::min((int16_t)a, (int16_t)b); }},
        {"shr.s16 $d, $a, 3;", 16, 16, [](u a, u, u) { return (u)((int16_t)a >> 3); }},
        {"add.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return a + b; }},
        {"sub.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return a - b; }},
        {"mul.lo.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return a * b; }},
        {"mul.hi.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return (u)((__int128)(int64_t)a * (int64_t)b >> 64); }},
        {"mul.hi.u64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return (u)((unsigned __int128)a * b >> 64); }},
        {"mad.lo.u64 $d, $a, $b, $c;", 64, 64, [](u a, u b, u c) { return a * b + c; }},
        {"div.u64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return b == 0 ? ~0ull : a / b; }},
        {"rem.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return b == 0       ? a
                                                                 : b == ~0ull ? 0
                                                                              : (u)((int64_t)a % (int64_t)b); }},
        {"max.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return (u)std::max((int64_t)a, (int64_t)b); }},
        {"min.u64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return std::min(a, b); }},
        {"neg.s64 $d, $a;", 64, 64, [](u a, u, u) { return 0 - a; }},
        {"abs.s64 $d, $a;", 64, 64, [](u a, u, u) { return (int64_t)a < 0 ? 0 - a : a; }},
        {"add.cc.u64 $d, $a, $b; addc.u64 $d, $a, $c;", 64, 64, [](u a, u b, u c) { return a + c + (a + b < a); }},
    });
}

CASE("operations on bits") {
    tryInstructions({
        {"and.b32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return a & b; }},
        {"or.b64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return a | b; }},
        {"xor.b16 $d, $a, $b;", 16, 16, [](u a, u b, u) { return a ^ b; }},
        {"not.b32 $d, $a;", 32, 32, [](u a, u, u) { return ~a; }},
        {"cnot.b32 $d, $a;", 32, 32, [](u a, u, u) { return (u)(a == 0); }},
        {"shl.b32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return b > 31 ? 0 : a << b; }},
        {"shr.u32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return b > 31 ? 0 : a >> b; }},
        {"shr.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return (u)(s(a) >> std::min<u>(b, 31)); }},
        {"shl.b64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return b > 63 ? 0 : a << b; }, false, 0, 0, 32},
        {"shr.s64 $d, $a, $b;", 64, 64, [](u a, u b, u) { return (u)((int64_t)a >> std::min<u>(b, 63)); }, false, 0, 0, 32},
        {"shf.l.wrap.b32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return (b << 32 | a) << (c & 31) >> 32; }},
        {"shf.r.wrap.b32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return (b << 32 | a) >> (c & 31); }},
        {"shf.l.clamp.b32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return c > 31 ? a : (b << 32 | a) << c >> 32; }},
        {"shf.r.clamp.b32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return (b << 32 | a) >> std::min<u>(c, 32); }},
        {"prmt.b32 $d, $a, $b, 0x5410;", 32, 32, [](u a, u b, u) { return (a & 0xFFFF) | b << 16; }},
        {"prmt.b32 $d, $a, $b, 0x88f3;", 32, 32,
         [](u a, u b, u) {
             u high = b >> 31 ? 0xFF : 0, low = a & 0x80 ? 0xFF : 0;
             return (a >> 24) | high << 8 | low << 16 | low << 24;
         }},
        {"bfe.u32 $d, $a, 5, 9;", 32, 32, [](u a, u, u) { return a >> 5 & 511; }},
        {"bfe.s32 $d, $a, 20, 7;", 32, 32, [](u a, u, u) { return (u)((int64_t)(a << 37) >> 57); }},
        {"bfe.s32 $d, $a, 28, 9;", 32, 32, [](u a, u, u) { return (u)(s(a) >> 28); }},
        {"bfe.u64 $d, $a, 33, 20;", 64, 64, [](u a, u, u) { return a >> 33 & 0xFFFFF; }},
        {"bfi.b32 $d, $a, $b, 8, 12;", 32, 32, [](u a, u b, u) { return (b & ~0xFFF00ull) | (a & 0xFFF) << 8; }},
        {"bfi.b64 $d, $a, $b, 40, 30;", 64, 64, [](u a, u b, u) { return (b & ((1ull << 40) - 1)) | a << 40; }},
        {"popc.b32 $d, $a;", 32, 32, [](u a, u, u) { return (u)std::popcount(a); }},
        {"popc.b64 $d, $a;", 64, 32, [](u a, u, u) { return (u)std::popcount(a); }},
        {"clz.b32 $d, $a;", 32, 32, [](u a, u, u) { return (u)std::countl_zero(w(a)); }},
        {"clz.b64 $d, $a;", 64, 32, [](u a, u, u) { return (u)std::countl_zero(a); }},
        {"brev.b32 $d, $a;", 32, 32,
         [](u a, u, u) {
             u result = 0;
             for (int i = 0; i < 32; i++) result |= (a >> i & 1) << (31 - i);
             return result;
         }},
        {"bfind.u32 $d, $a;", 32, 32, [](u a, u, u) { return a == 0 ? ~0ull : (u)std::bit_width(a) - 1; }},
        {"bfind.s32 $d, $a;", 32, 32,
         [](u a, u, u) {
             u x = s(a) < 0 ? w(~a) : a;
             return x == 0 ? ~0ull : (u)std::bit_width(x) - 1;
         }},
        {"bfind.shiftamt.u32 $d, $a;", 32, 32, [](u a, u, u) { return a == 0 ? ~0ull : 32 - (u)std::bit_width(a); }},
        {"lop3.b32 $d, $a, $b, $c, 0x96;", 32, 32, [](u a, u b, u c) { return a ^ b ^ c; }},
        {"lop3.b32 $d, $a, $b, $c, 0xca;", 32, 32, [](u a, u b, u c) { return (a & b) | (~a & c); }},
        {"lop3.b32 $d, $a, $b, $c, 0xe8;", 32, 32, [](u a, u b, u c) { return (a & b) | (a & c) | (b & c); }},
    });
}

CASE("comparisons and choices of integers") {
    auto whether = [](const std::string& comparison, auto holds) {
        return Instruction{"setp." + comparison + " %p1, $a, $b; selp.b32 $d, 1, 0, %p1;", 32, 32,
                           [=](u a, u b, u) { return (u)holds(a, b); }};
    };
    tryInstructions({
        whether("eq.s32", [](u a, u b) { return a == b; }),
        whether("ne.b32", [](u a, u b) { return a != b; }),
        whether("lt.s32", [](u a, u b) { return s(a) < s(b); }),
        whether("le.s32", [](u a, u b) { return s(a) <= s(b); }),
        whether("gt.s32", [](u a, u b) { return s(a) > s(b); }),
        whether("ge.s32", [](u a, u b) { return s(a) >= s(b); }),
        whether("lt.u32", [](u a, u b) { return a < b; }),
        whether("lo.u32", [](u a, u b) { return a < b; }),
        whether("ls.u32", [](u a, u b) { return a <= b; }),
        whether("hi.u32", [](u a, u b) { return a > b; }),
        whether("hs.u32", [](u a, u b) { return a >= b; }),
        {"setp.lt.s32 %p1, $c, 0; setp.lt.and.u32 %p2|%p3, $a, $b, %p1; selp.b32 %r2, 1, 0, %p2; selp.b32 %r3, 2, 0, %p3; or.b32 $d, %r2, "
         "%r3;",
         32, 32, [](u a, u b, u c) { return (u)((a < b && s(c) < 0) + 2 * (!(a < b) && s(c) < 0)); }},
        {"setp.lt.s32 %p1, $c, 0; setp.eq.or.u32 %p2, $a, $b, !%p1; selp.u32 $d, $a, $b, %p2;", 32, 32,
         [](u a, u b, u c) { return a == b || s(c) >= 0 ? a : b; }},
        {"setp.lt.s32 %p1, $c, 0; @%p1 mov.b32 $d, $a; @!%p1 mov.b32 $d, $b;", 32, 32, [](u a, u b, u c) { return s(c) < 0 ? a : b; }},
        {"set.lt.u32.s32 $d, $a, $b;", 32, 32, [](u a, u b, u) { return s(a) < s(b) ? ~0ull : 0; }},
        {"slct.b32.s32 $d, $a, $b, $c;", 32, 32, [](u a, u b, u c) { return s(c) >= 0 ? a : b; }},
        {"setp.lt.u64 %p1, $a, $b; selp.b64 $d, $a, $b, %p1;", 64, 64, [](u a, u b, u) { return std::min(a, b); }},
        {"setp.gt.s16 %p1, $a, $b; selp.b16 $d, $a, $b, %p1;", 16, 16, [](u a, u b, u) { return (u)std::max((int16_t)a, (int16_t)b); }},
        {"setp.eq.b32 %p1, $a, $b; setp.ne.b32 %p2, $a, $c; xor.pred %p3, %p1, %p2; not.pred %p3, %p3; selp.b32 $d, 5, 9, %p3;", 32, 32,
         [](u a, u b, u c) { return (u)(((a == b) == (a != c)) ? 5 : 9); }},
        {".reg .b16 %xs, %xt; mov.b32 {%xs, %xt}, $a; mov.b32 $d, {%xt, %xs};", 32, 32, [](u a, u, u) { return a >> 16 | a << 16; }},
        {"mov.b64 {%r2, %r3}, $a; mov.b64 $d, {%r3, %r2};", 64, 64, [](u a, u, u) { return a >> 32 | a << 32; }},
        {"and.b32 %r2, $a, 3; LIST: .branchtargets L0, L1, L2, L1; brx.idx %r2, LIST; L0: mov.u32 $d, 7; bra.uni END; L1: mov.u32 $d, $b; "
         "bra END; "
         "L2: mov.u32 $d, $c; END: add.u32 $d, $d, 1;",
         32, 32, [](u a, u b, u c) { return (a % 4 == 0   ? 7
                                             : a % 4 == 2 ? c
                                                          : b)
                                            + 1; }},
        {"and.b32 $d, $a, 3; { .reg .b32 %xd; add.u32 %xd, $b, 1; } add.u32 $d, $d, 1;", 32, 32, [](u a, u, u) { return (a & 3) + 1; }},
    });
}

CASE("conversions of integers") {
    tryInstructions({
        {"cvt.s64.s32 $d, $a;", 32, 64, [](u a, u, u) { return (u)(int64_t)s(a); }},
        {"cvt.u64.u32 $d, $a;", 32, 64, [](u a, u, u) { return a; }},
        {"cvt.u32.u64 $d, $a;", 64, 32, [](u a, u, u) { return a; }},
        {"cvt.s32.s8 $d, $a;", 32, 32, [](u a, u, u) { return (u)(int8_t)a; }},
        {"cvt.u32.u8 $d, $a;", 32, 32, [](u a, u, u) { return a & 0xFF; }},
        {"cvt.s32.s16 $d, $a;", 16, 32, [](u a, u, u) { return (u)(int16_t)a; }},
        {"cvt.u16.u32 $d, $a;", 32, 16, [](u a, u, u) { return a; }},
        {"cvt.sat.s8.s32 $d, $a;", 32, 32, [](u a, u, u) { return (u)std::clamp(s(a), -128, 127); }},
        {"cvt.sat.u8.s32 $d, $a;", 32, 32, [](u a, u, u) { return (u)std::clamp(s(a), 0, 255); }},
        {"cvt.sat.u32.s64 $d, $a;", 64, 32, [](u a, u, u) { return (u)std::clamp<int64_t>((int64_t)a, 0, UINT32_MAX); }},
    });
}
