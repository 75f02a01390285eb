// Steps of attacks on images (sample, channel, row, column) in [0, 1]: flat buffers, `length` floats an image, each sample by itself. Element i
// of an output follows from elements i of the inputs and from sums that are finished before anything is written: in place is fine.
#include "numbers.h"
#include "reduce.h"

// Into [low, high]; NaN stays NaN.
DEVICE float clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

// Into the L∞ ball, then into [0, 1].
DEVICE float project(float x, float from, float radius) { return clamp(clamp(x, from - radius, from + radius), 0, 1); }

struct AttackStepArguments
{
    const float *pixels;
    const float *previous; // null for a step without momentum
    const float *gradient;
    const float *origin;
    const float *steps;    // one a sample
    const float *momenta;  // one a sample, or null
    float *output;
    uint length;
    uint samples;
    float radius;
};

// L∞. z = P(x + step·sign g); output = z, or P(x + m·(z − x) + (1 − m)·(x − previous)). A row of blocks takes a sample.
KERNEL void attackStepInPixels(AttackStepArguments arguments)
{
    for (uint sample = blockY(); sample < arguments.samples; sample += gridY())
    {
        ulong first = (ulong)sample * arguments.length;
        float step = arguments.steps[sample];
        float momentum = arguments.previous ? arguments.momenta[sample] : 1;
        for (uint i = firstItem(); i < arguments.length; i += itemStride())
        {
            float x = arguments.pixels[first + i];
            float from = arguments.origin[first + i];
            float gradient = arguments.gradient[first + i];
            float sign = gradient > 0 ? 1 : gradient < 0 ? -1 : 0;
            float z = project(x + step * sign, from, arguments.radius);
            if (arguments.previous)
                z = project(x + (z - x) * momentum + (x - arguments.previous[first + i]) * (1 - momentum), from, arguments.radius);
            arguments.output[first + i] = z;
        }
    }
}

// How a change is scaled that reaches so far (a square): into the L2 ball.
DEVICE double scaleInto(float radius, double square)
{
    double distance = squareRoot(square);
    return distance > radius ? radius / distance : 1;
}

// A change of one pixel, scaled, then into [0, 1], which is no further from an origin in there.
DEVICE float project(float x, float from, double scale) { return clamp((float)(from + scale * ((double)x - from)), 0, 1); }

// One image's step in L2.
struct ImageStep
{
    const float *pixels;
    const float *previous;
    const float *gradient;
    const float *origin;
    double length;   // of the step, over the gradient's norm; 0 where that is 0 or no number
    float momentum;
    double scale;    // that brings the step into the ball
    double scaleOfMomentum;

    // x + step·g/‖g‖, anywhere
    METHOD float stepped(uint i) const { return (float)(pixels[i] + (length == 0 ? 0 : length * gradient[i])); }

    // x + m·(z − x) + (1 − m)·(x − previous), z in the ball
    METHOD float carried(uint i) const
    {
        float x = pixels[i];
        float z = project(stepped(i), origin[i], scale);
        return x + (z - x) * momentum + (x - previous[i]) * (1 - momentum);
    }
};

// L2, a block a sample. What lies between two sums over the image is computed anew after each, which is less than keeping it.
KERNEL void attackStepInSpace(AttackStepArguments arguments)
{
    for (uint sample = blockX(); sample < arguments.samples; sample += gridX())
    {
        ulong first = (ulong)sample * arguments.length;
        bool hasMomentum = arguments.previous;
        ImageStep image = {arguments.pixels + first, arguments.previous + first, arguments.gradient + first, arguments.origin + first, 0,
                           hasMomentum ? arguments.momenta[sample] : 1, 1, 1};
        float *output = arguments.output + first;

        double square = 0;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
            square += (double)image.gradient[i] * image.gradient[i];
        square = blockSum(square);
        image.length = square > 0 && isFinite(square) ? arguments.steps[sample] / squareRoot(square) : 0;

        square = 0;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
        {
            double change = (double)image.stepped(i) - image.origin[i];
            square += change * change;
        }
        image.scale = scaleInto(arguments.radius, blockSum(square));

        if (hasMomentum)
        {
            square = 0;
            for (uint i = threadX(); i < arguments.length; i += BLOCK)
            {
                double change = (double)image.carried(i) - image.origin[i];
                square += change * change;
            }
            image.scaleOfMomentum = scaleInto(arguments.radius, blockSum(square));
        }

        for (uint i = threadX(); i < arguments.length; i += BLOCK)
            output[i] = hasMomentum ? project(image.carried(i), image.origin[i], image.scaleOfMomentum)
                                    : project(image.stepped(i), image.origin[i], image.scale);
    }
}

struct NormalisedStepArguments
{
    const float *pixels;
    const float *gradient;
    const float *origin;
    const float *steps;
    float *mean;
    float *square;
    float *output;
    uint length;
    uint samples;
    float radius;
};

// SA-PGD, a block a sample: mean = 0.5·mean + g/mean|g|; square = 0.8·square + g²/mean(g²); x + clip(η·mean/(√square + 1e-12), −η, η).
KERNEL void normalisedAttackStep(NormalisedStepArguments arguments)
{
    for (uint sample = blockX(); sample < arguments.samples; sample += gridX())
    {
        ulong first = (ulong)sample * arguments.length;
        const float *gradient = arguments.gradient + first;
        double size = 0, power = 0;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
        {
            size += absolute(gradient[i]);
            power += (double)gradient[i] * gradient[i];
        }
        size = blockSum(size);
        power = blockSum(power);
        bool adds = size > 0 && isFinite(size);
        double perSize = adds ? arguments.length / size : 0;
        double perPower = adds ? arguments.length / power : 0;
        float step = arguments.steps[sample];
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
        {
            double g = adds ? gradient[i] : 0;
            float mean = (float)(0.5 * arguments.mean[first + i] + g * perSize);
            float square = (float)(0.8 * arguments.square[first + i] + g * g * perPower);
            float move = (float)(step * (double)mean / (squareRoot((double)square) + 1e-12));
            float x = arguments.pixels[first + i] + clamp(move, -step, step);
            arguments.mean[first + i] = mean;
            arguments.square[first + i] = square;
            arguments.output[first + i] = project(x, arguments.origin[first + i], arguments.radius);
        }
    }
}

struct StretchArguments
{
    float *draws;
    uint length;
    uint samples;
    float radius;
};

// draws = radius·t/max|t|, t = 2·draws − 1; 0 where t is 0 everywhere. A block a sample.
KERNEL void stretchDraws(StretchArguments arguments)
{
    for (uint sample = blockX(); sample < arguments.samples; sample += gridX())
    {
        float *draws = arguments.draws + (ulong)sample * arguments.length;
        float largest = 0;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
            largest = larger(largest, absolute(2 * draws[i] - 1));
        largest = blockLargest(largest);
        float scale = largest > 0 ? arguments.radius / largest : 0;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
            draws[i] = (2 * draws[i] - 1) * scale;
    }
}

struct BallDistancesArguments
{
    const float *draws;
    float *distances;
    double exponent; // 1/dimensions
    uint samples;
    float radius;
};

// radius·u^(1/d), u from [0, 1)
KERNEL void ballDistances(BallDistancesArguments arguments)
{
    for (uint i = firstItem(); i < arguments.samples; i += itemStride())
        arguments.distances[i] = (float)(arguments.radius * exponential(arguments.exponent * logarithm(arguments.draws[i])));
}
