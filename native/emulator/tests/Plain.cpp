// Kernels as they usually are.
#include "Driver.h"
#include <bit>
#include <cmath>

using check::Card;

namespace {

struct Settings {
    CUdeviceptr sums;
    int count;
    float factor;
    long long shift;
};

std::vector<float> expected(const std::vector<float>& input, int blocks, int which, float factor, long long shift) {
    std::vector<float> result(input.size());
    const float table[] = {1, 2, 3, 4};
    for (int block = 0; block < blocks; block++) {
        float v[128];
        for (int t = 0; t < 128; t++) {
            size_t from = (size_t)block * 128 + 127 - t;
            v[t] = (from < input.size() ? input[from] : 0) + (float)((t + 1) % 128);
        }
        for (int t = 0; t < 128; t += 2) {
            float sum = v[t] + v[t + 1];
            v[t + 1] = v[t + 1] + v[t];
            v[t] = sum;
        }
        for (int t = 0; t < 128; t++) {
            size_t i = (size_t)block * 128 + t;
            if (i >= input.size()) continue;
            unsigned lanes = 0;
            for (int lane = 0; lane < 32; lane++) lanes |= (unsigned)(v[t / 32 * 32 + lane] > 100) << lane;
            float x = v[t] + (float)(((t * which) & 7) * t);
            switch (which) {
                case 0: x += 1; break;
                case 1: x *= 2; break;
                case 2: x -= 5; break;
                case 3: x /= 3; break;
                case 4: x = x * x; break;
                case 5: x = std::sqrt(x); break;
            }
            result[i] = (x * factor + (float)shift) * table[lanes & 3];
        }
    }
    return result;
}

}    // namespace

CASE("a kernel with all that is usual gives the host's numbers to the bit") {
    Card card;
    CUmodule module = card.load("plain.ptx");
    CUfunction kernel;
    OK(cuModuleGetFunction(&kernel, module, "mixed"));
    std::vector<float> input(300);
    for (size_t i = 0; i < input.size(); i++) input[i] = (float)((i * 7) % 31) / 3 + 1;
    CUdeviceptr from = card.upload(input), to = card.allocate(input.size() * 4);
    for (int which = 0; which < 7; which++) {
        OK(card.launch(kernel, 3, 128, 512, nullptr, Settings{to, (int)input.size(), 1.5f, -3}, from, which));
        auto found = card.download<float>(to, input.size());
        auto wanted = expected(input, 3, which, 1.5f, -3);
        for (size_t i = 0; i < found.size(); i++) EQUAL(wanted[i], found[i]);
    }
    CUdeviceptr counter;
    size_t bytes;
    OK(cuModuleGetGlobal_v2(&counter, &bytes, module, "counter"));
    EQUAL(4u, bytes);
    EQUAL(5 + 7 * 3 * 128, card.download<int>(counter, 1)[0]);
}

CASE("a kernel without waiting runs in many blocks") {
    Card card;
    CUfunction kernel = card.kernel("plain.ptx", "saxpy");
    std::vector<float> x(100000), y(100000);
    for (size_t i = 0; i < x.size(); i++) x[i] = (float)i, y[i] = 1.0f / (float)(i + 1);
    CUdeviceptr a = card.upload(x), b = card.upload(y);
    OK(card.launch(kernel, (unsigned)(x.size() + 255) / 256, 256, 0, nullptr, b, a, 0.3f, (int)x.size()));
    auto found = card.download<float>(b, y.size());
    for (size_t i = 0; i < y.size(); i++) EQUAL(0.3f * x[i] + y[i], found[i]);
}
