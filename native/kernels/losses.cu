// Losses of a sample's logits f and reference logits r, with label y and target t, and their gradients, in double; p = softmax f, q = softmax r.
// LogitLoss.cs has the formulas of the losses, ReferenceBackend.Losses.cs those of the gradients. A warp takes a sample, a thread every 32nd class.
#include "classes.h"
#include "numbers.h"

// LogitLoss of LogitLoss.cs, in its order.
enum Loss
{
    CROSS_ENTROPY,
    KULLBACK_LEIBLER,
    DIFFERENCE_OF_LOGITS_RATIO,
    BOOSTED_CROSS_ENTROPY,
    MISCLASSIFICATION_AWARE_KULLBACK_LEIBLER,
    TARGETED_DIFFERENCE_OF_LOGITS_RATIO,
    TARGET_LOGIT,
    LOGIT_DIFFERENCE,
};

struct LogitLossArguments
{
    const float *logits;
    const float *reference; // null for losses without
    const float *labels;
    const float *targets;   // null for losses without
    float *losses;
    float *gradient;          // null where nobody asks for it
    float *referenceGradient; // null where nobody asks for it
    int loss;
    uint classes;
    uint samples;
    float scale;
};

struct Sample
{
    const float *f;
    const float *r;
    uint classes;
    uint y;
    uint t;
};

DEVICE double unit(uint k, uint index) { return k == index ? 1 : 0; }

// log softmax of logits, and softmax.
struct Softmax
{
    const float *logits;
    double largest;
    double logSum; // of e^(logit − largest)

    static METHOD Softmax of(const float *logits, uint classes)
    {
        float largest = -__builtin_inff();
        for (uint k = lane(); k < classes; k += WARP)
            largest = larger(largest, logits[k]);
        largest = warpLargest(largest);
        double sum = 0; // no number as soon as a logit is none
        for (uint k = lane(); k < classes; k += WARP)
            sum += exponential((double)logits[k] - largest);
        return {logits, largest, logarithm(warpSum(sum))};
    }

    METHOD double log(uint k) const { return logits[k] - largest - logSum; }
    METHOD double operator[](uint k) const { return exponential(log(k)); }
};

// What losses without reference logits have of their gradient.
struct WithoutReference
{
    METHOD double referenceGradient(uint) const { return 0; }
};

struct CrossEntropy : WithoutReference
{
    Softmax p;
    uint y;

    METHOD explicit CrossEntropy(const Sample &s) : p(Softmax::of(s.f, s.classes)), y(s.y) {}
    METHOD double value() const { return -p.log(y); }
    METHOD double gradient(uint k) const { return p[k] - unit(k, y); }
};

struct KullbackLeibler
{
    Softmax p, q;
    double sum;

    METHOD explicit KullbackLeibler(const Sample &s) : p(Softmax::of(s.f, s.classes)), q(Softmax::of(s.r, s.classes)), sum(0)
    {
        for (uint k = lane(); k < s.classes; k += WARP)
            sum += q[k] * (q.log(k) - p.log(k));
        sum = warpSum(sum);
    }

    METHOD double value() const { return sum; }
    METHOD double gradient(uint k) const { return p[k] - q[k]; }
    METHOD double referenceGradient(uint k) const { return q[k] * (q.log(k) - p.log(k) - sum); }
};

// −(f_y − f_m)/(f_π1 − f_π3 + 1e-12), m the largest wrong class
struct DifferenceOfLogitsRatio : WithoutReference
{
    uint y, rival, first, third;
    double divisor, loss;

    METHOD explicit DifferenceOfLogitsRatio(const Sample &s) : y(s.y)
    {
        first = largestClass(s.f, s.classes);
        uint second = largestClass(s.f, s.classes, first);
        third = largestClass(s.f, s.classes, first, second);
        rival = first == y ? second : first;
        divisor = (double)s.f[first] - s.f[third] + 1e-12;
        loss = -((double)s.f[y] - s.f[rival]) / divisor;
    }

    METHOD double value() const { return loss; }
    METHOD double gradient(uint k) const { return (unit(k, rival) - unit(k, y)) / divisor + loss / divisor * (unit(k, third) - unit(k, first)); }
};

// −(f_y − f_t)/(f_π1 − (f_π3 + f_π4)/2 + 1e-12)
struct TargetedDifferenceOfLogitsRatio : WithoutReference
{
    uint y, t, first, third, fourth;
    double divisor, loss;

    METHOD explicit TargetedDifferenceOfLogitsRatio(const Sample &s) : y(s.y), t(s.t)
    {
        first = largestClass(s.f, s.classes);
        uint second = largestClass(s.f, s.classes, first);
        third = largestClass(s.f, s.classes, first, second);
        fourth = largestClass(s.f, s.classes, first, second, third);
        divisor = s.f[first] - ((double)s.f[third] + s.f[fourth]) / 2 + 1e-12;
        loss = ((double)s.f[t] - s.f[y]) / divisor;
    }

    METHOD double value() const { return loss; }
    METHOD double gradient(uint k) const
    {
        return (unit(k, t) - unit(k, y)) / divisor + loss / divisor * ((unit(k, third) + unit(k, fourth)) / 2 - unit(k, first));
    }
};

// −log p_y − log(1.0001 − p_m + 1e-12), m the largest wrong class
struct BoostedCrossEntropy : WithoutReference
{
    CrossEntropy entropy;
    uint rival;
    double p, rest;

    METHOD explicit BoostedCrossEntropy(const Sample &s) : entropy(s), rival(largestClass(s.f, s.classes, s.y))
    {
        p = entropy.p[rival];
        rest = 1.0001 - p + 1e-12;
    }

    METHOD double value() const { return entropy.value() - logarithm(rest); }
    METHOD double gradient(uint k) const { return entropy.gradient(k) + p / rest * (unit(k, rival) - entropy.p[k]); }
};

// Σ q·(log q − log(p + δ))·(1.0000001 − q_y), δ = 1e-12
struct MisclassificationAware
{
    static constexpr double DELTA = 1e-12;

    Softmax p, q;
    uint y;
    double divergence; // Σ q·(log q − log(p + δ))
    double pull;       // Σ q·p/(p + δ)
    double ofLabel;    // q_y
    double weight;

    METHOD explicit MisclassificationAware(const Sample &s) : p(Softmax::of(s.f, s.classes)), q(Softmax::of(s.r, s.classes)), y(s.y), divergence(0), pull(0)
    {
        for (uint k = lane(); k < s.classes; k += WARP)
        {
            double pk = p[k], qk = q[k];
            divergence += qk * (q.log(k) - logarithm(pk + DELTA));
            pull += qk * pk / (pk + DELTA);
        }
        divergence = warpSum(divergence);
        pull = warpSum(pull);
        ofLabel = q[y];
        weight = 1.0000001 - ofLabel;
    }

    METHOD double value() const { return weight * divergence; }
    METHOD double gradient(uint k) const
    {
        double pk = p[k];
        return weight * (pk * pull - q[k] * pk / (pk + DELTA));
    }
    METHOD double referenceGradient(uint k) const
    {
        double qk = q[k];
        return weight * qk * (q.log(k) - logarithm(p[k] + DELTA) - divergence) - divergence * ofLabel * (unit(k, y) - qk);
    }
};

struct TargetLogit : WithoutReference
{
    Sample s;

    METHOD explicit TargetLogit(const Sample &s) : s(s) {}
    METHOD double value() const { return s.f[s.t]; }
    METHOD double gradient(uint k) const { return unit(k, s.t); }
};

struct LogitDifference : WithoutReference
{
    Sample s;

    METHOD explicit LogitDifference(const Sample &s) : s(s) {}
    METHOD double value() const { return (double)s.f[s.t] - s.f[s.y]; }
    METHOD double gradient(uint k) const { return unit(k, s.t) - unit(k, s.y); }
};

// Of a label or target that is no class: so are loss and gradients no numbers, and nobody believes the figure.
struct NoClass
{
    METHOD explicit NoClass(const Sample &) {}
    METHOD double value() const { return __builtin_nan(""); }
    METHOD double gradient(uint) const { return __builtin_nan(""); }
    METHOD double referenceGradient(uint) const { return __builtin_nan(""); }
};

// losses[i] = L; gradient += scale·dL/df, and likewise of the reference.
template <typename L> DEVICE void write(const LogitLossArguments &arguments, uint index, const Sample &sample)
{
    L loss(sample);
    ulong first = (ulong)index * arguments.classes;
    if (lane() == 0)
        arguments.losses[index] = (float)loss.value();
    for (uint k = lane(); k < arguments.classes; k += WARP)
    {
        if (arguments.gradient)
            arguments.gradient[first + k] += (float)(arguments.scale * loss.gradient(k));
        if (arguments.referenceGradient)
            arguments.referenceGradient[first + k] += (float)(arguments.scale * loss.referenceGradient(k));
    }
}

// Whether a float names one of the classes; NaN does not.
DEVICE bool isClass(float name, uint classes) { return name >= 0 && name < classes; }

KERNEL void logitLoss(LogitLossArguments arguments)
{
    for (uint index = firstWarp(); index < arguments.samples; index += warpStride())
    {
        ulong first = (ulong)index * arguments.classes;
        float y = arguments.labels[index];
        float t = arguments.targets ? arguments.targets[index] : y;
        bool isValid = isClass(y, arguments.classes) && isClass(t, arguments.classes);
        Sample sample = {arguments.logits + first, arguments.reference + first, arguments.classes, (uint)y, (uint)t};
        switch (isValid ? arguments.loss : -1)
        {
        case CROSS_ENTROPY: write<CrossEntropy>(arguments, index, sample); break;
        case KULLBACK_LEIBLER: write<KullbackLeibler>(arguments, index, sample); break;
        case DIFFERENCE_OF_LOGITS_RATIO: write<DifferenceOfLogitsRatio>(arguments, index, sample); break;
        case BOOSTED_CROSS_ENTROPY: write<BoostedCrossEntropy>(arguments, index, sample); break;
        case MISCLASSIFICATION_AWARE_KULLBACK_LEIBLER: write<MisclassificationAware>(arguments, index, sample); break;
        case TARGETED_DIFFERENCE_OF_LOGITS_RATIO: write<TargetedDifferenceOfLogitsRatio>(arguments, index, sample); break;
        case TARGET_LOGIT: write<TargetLogit>(arguments, index, sample); break;
        case LOGIT_DIFFERENCE: write<LogitDifference>(arguments, index, sample); break;
        default: write<NoClass>(arguments, index, sample); break;
        }
    }
}
