// Functions of the mathematical library in double, which the PTX of a file has to bring along: there is no device library without a CUDA
// toolkit. Each is good to about 1e-15 of its value, so that what is rounded to float is what .NET's own functions give.
#pragma once
#include "device.h"

constexpr double LN2_HIGH = 6.93147180369123816490e-01; // the upper 33 bits of ln 2: multiples below 2^11 are exact
constexpr double LN2_LOW = 1.90821492927058770002e-10;
constexpr double LOG2_E = 1.44269504088896338700e+00;
constexpr double PI = 3.14159265358979323846;

// The whole number next to x, |x| < 2^51.
DEVICE double nearest(double x)
{
    constexpr double SHIFT = 6755399441055744.0; // 1.5 · 2^52: adding it leaves no room for a fraction
    return (x + SHIFT) - SHIFT;
}

// 2^n for -1022 ≤ n ≤ 1023.
DEVICE double powerOfTwo(int n) { return __builtin_bit_cast(double, (ulong)(n + 1023) << 52); }

// e^x: x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^r by its series.
DEVICE double exponential(double x)
{
    if (x != x)
        return x;
    if (x > 709.78)
        return __builtin_inf();
    if (x < -745.2)
        return 0;
    double n = nearest(x * LOG2_E);
    double r = (x - n * LN2_HIGH) - n * LN2_LOW;
    double sum = 1;
    for (int k = 14; k > 0; k--)
        sum = 1 + sum * r * (1.0 / k); // known when compiled: a division takes many instructions
    int half = (int)n / 2; // in two steps, so that results below the smallest normal number are reached
    return sum * powerOfTwo(half) * powerOfTwo((int)n - half);
}

// ln x of a positive normal number: x = 2^n·m with m in [√½, √2), and ln m = 2·artanh((m − 1)/(m + 1)) by its series.
DEVICE double logarithm(double x)
{
    if (!(x > 0))
        return x == 0 ? -__builtin_inf() : __builtin_nan("");
    if (!isFinite(x))
        return x;
    int n = 0;
    if (x < 2.2250738585072014e-308)
    {
        x *= 18014398509481984.0; // 2^54
        n = -54;
    }
    ulong bits = __builtin_bit_cast(ulong, x);
    n += (int)(bits >> 52) - 1023;
    double m = __builtin_bit_cast(double, (bits & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
    if (m > 1.4142135623730951)
    {
        m /= 2;
        n++;
    }
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double sum = 0;
    for (int k = 23; k > 1; k -= 2)
        sum = (sum + 1.0 / k) * square;
    return n * LN2_HIGH + (2 * s + (2 * s * sum + n * LN2_LOW));
}

// sin 2πx and cos 2πx, 0 ≤ x < 1: a quarter turn is taken off exactly, and the rest, up to an eighth, by the series.
DEVICE void sineAndCosineOfTurns(double x, double &sine, double &cosine)
{
    double quarter = nearest(x * 4);
    double r = (x - quarter / 4) * (2 * PI);
    double square = r * r;
    double s = 1, c = 1;
    for (int k = 19; k > 1; k -= 2)
        s = 1 - s * square * (1.0 / (k * (k - 1)));
    for (int k = 20; k > 0; k -= 2)
        c = 1 - c * square * (1.0 / (k * (k - 1)));
    s *= r;
    switch ((int)quarter % 4)
    {
    case 0: sine = s; cosine = c; break;
    case 1: sine = c; cosine = -s; break;
    case 2: sine = -s; cosine = -c; break;
    default: sine = -c; cosine = s; break;
    }
}

// e^x in single precision, |error| within 2 units in the last place; 0 below the smallest normal number's logarithm.
DEVICE float exponential(float x)
{
    if (x != x)
        return x;
    if (x > 88.72f)
        return __builtin_inff();
    if (x < -87.33f)
        return 0;
    constexpr float SHIFT = 12582912.0f; // 1.5 · 2^23
    float n = (x * 1.44269504f + SHIFT) - SHIFT;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float sum = 1;
    for (int k = 7; k > 0; k--)
        sum = 1 + sum * r * (1.0f / k);
    int half = (int)n / 2; // in two steps, so that no factor is beyond the largest float
    return sum * __builtin_bit_cast(float, (uint)(half + 127) << 23) * __builtin_bit_cast(float, (uint)((int)n - half + 127) << 23);
}
