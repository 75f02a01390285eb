#include "Instructions.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

namespace check {
namespace {

std::vector<uint64_t> operands(int bits, unsigned seed) {
    std::vector<uint64_t> values = {0, 1, 2, 3, 5, 7, 31, 32, 33, 63, 64, 100, 255, 256};
    uint64_t top = 1ull << (bits - 1);
    for (uint64_t edge : {top - 1, top, top + 1, top * 2 - 1, top * 2 - 2}) values.push_back(edge);
    if (bits == 32) {
        for (float f :
             {1.0f,          -1.0f,    0.5f,     1.5f,  2.5f,  -2.5f, -0.0f,    3e38f,  -3e38f,   1e-40f,    -1e-40f, 1e-45f, 16777217.0f,
              2147483648.0f, 65504.0f, 65520.0f, 6e-8f, 3e-8f, 0.1f,  123.456f, -7.75f, INFINITY, -INFINITY, NAN,     1e10f}) {
            values.push_back(std::bit_cast<uint32_t>(f));
        }
    }
    if (bits == 64) {
        for (double f : {1.0, -1.0, 0.5, 2.5, -2.5, -0.0, 1e308, -1e308, 1e-320, 5e-324, 0.1, 1e10, -1e10, (double)INFINITY,
                         -(double)INFINITY, (double)NAN}) {
            values.push_back(std::bit_cast<uint64_t>(f));
        }
    }
    if (bits == 16) {
        for (uint64_t half : {0x3C00, 0xBC00, 0x7C00, 0xFC00, 0x7E00, 0x0001, 0x8001, 0x03FF, 0x7BFF, 0x4248, 0x3F80, 0x7F80})
            values.push_back(half);
    }
    std::mt19937_64 random(seed);
    while (values.size() < 512) {
        uint64_t word = random();
        // Half of them floats of moderate size.
        if (bits == 32 && values.size() % 2) word = std::bit_cast<uint32_t>((float)((double)(int64_t)word / 1e17));
        if (bits == 64 && values.size() % 2) word = std::bit_cast<uint64_t>((double)(int64_t)word / 1e15);
        values.push_back(bits == 64 ? word : word & ((1ull << bits) - 1));
    }
    std::shuffle(values.begin(), values.end(), random);
    return values;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    return text;
}

std::string kernelText(const Instruction& each, size_t number) {
    std::ostringstream text;
    text << ".visible .entry op" << number << "(.param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u64 pd)\n{\n"
         << ".reg .b64 %rd<10>;\n.reg .b32 %r<4>;\n.reg .pred %p<4>;\n";
    const int bits[] = {each.in, each.in2 ? each.in2 : each.in, each.in3 ? each.in3 : each.in, each.out};
    const char* names[] = {"%xa", "%xb", "%xc", "%xd"};
    for (int k = 0; k < 4; k++) text << ".reg .b" << bits[k] << " " << names[k] << ";\n";
    text << "mov.u32 %r1, %tid.x;\n";
    for (int k = 0; k < 4; k++) {
        text << "ld.param.u64 %rd" << k << ", [p"
             << "abcd"[k] << "];\nmul.wide.u32 %rd5, %r1, " << bits[k] / 8 << ";\nadd.s64 %rd" << k << ", %rd" << k << ", %rd5;\n";
        if (k < 3) text << "ld.global.b" << bits[k] << " " << names[k] << ", [%rd" << k << "];\n";
    }
    std::string body = each.text;
    for (const char* name : {"a", "b", "c", "d"}) body = replaced(body, std::string("$") + name, std::string("%x") + name);
    text << body << "\nst.global.b" << each.out << " [%rd3], %xd;\nret;\n}\n";
    return text.str();
}

template <class T>
CUdeviceptr uploadAs(Card& card, const std::vector<uint64_t>& values) {
    return card.upload(std::vector<T>(values.begin(), values.end()));
}

CUdeviceptr uploadBits(Card& card, int bits, const std::vector<uint64_t>& values) {
    return bits == 16 ? uploadAs<uint16_t>(card, values) : bits == 32 ? uploadAs<uint32_t>(card, values) : uploadAs<uint64_t>(card, values);
}

bool isNan(int bits, uint64_t word) {
    return bits == 64   ? std::isnan(std::bit_cast<double>(word))
           : bits == 32 ? std::isnan(std::bit_cast<float>((uint32_t)word))
                        : (word & 0x7FFF) > 0x7C00;
}

bool agree(const Instruction& each, uint64_t expected, uint64_t found) {
    if (expected == found) return true;
    if (each.isFloat && isNan(each.out, expected) && isNan(each.out, found)) return true;
    if (each.tolerance == 0) return false;
    double a = std::bit_cast<float>((uint32_t)expected), b = std::bit_cast<float>((uint32_t)found);
    return std::abs(a - b) <= each.tolerance * std::abs(a) + 1e-30;
}

}    // namespace

void tryInstructions(const std::vector<Instruction>& instructions) {
    Card card;
    std::string text = ".version 7.8\n.target sm_80\n.address_size 64\n";
    for (size_t i = 0; i < instructions.size(); i++) text += kernelText(instructions[i], i);
    CUmodule module;
    OK(cuModuleLoadData(&module, text.c_str()));
    std::vector<uint64_t> values[3][65];
    CUdeviceptr places[3][65] = {};
    for (int k = 0; k < 3; k++) {
        for (int bits : {16, 32, 64}) {
            values[k][bits] = operands(bits, (unsigned)(k * 100 + bits));
            places[k][bits] = uploadBits(card, bits, values[k][bits]);
        }
    }
    CUdeviceptr result = card.allocate(512 * 8);
    for (size_t i = 0; i < instructions.size(); i++) {
        const Instruction& each = instructions[i];
        CUfunction kernel;
        OK(cuModuleGetFunction(&kernel, module, ("op" + std::to_string(i)).c_str()));
        int in2 = each.in2 ? each.in2 : each.in, in3 = each.in3 ? each.in3 : each.in;
        OK(card.launch(kernel, 1, 512, 0, nullptr, places[0][each.in], places[1][in2], places[2][in3], result));
        std::vector<uint8_t> found = card.download<uint8_t>(result, 512 * (size_t)each.out / 8);
        for (size_t k = 0; k < 512; k++) {
            uint64_t a = values[0][each.in][k], b = values[1][in2][k], c = values[2][in3][k], word = 0;
            std::memcpy(&word, found.data() + k * each.out / 8, each.out / 8);
            uint64_t wanted = each.expected(a, b, c);
            if (each.out < 64) wanted &= (1ull << each.out) - 1;
            if (agree(each, wanted, word)) continue;
            char message[300];
            std::snprintf(message, sizeof message, "%s a = %llx, b = %llx, c = %llx: expected %llx, found %llx", each.text.c_str(),
                          (unsigned long long)a, (unsigned long long)b, (unsigned long long)c, (unsigned long long)wanted,
                          (unsigned long long)word);
            throw Failure(message);
        }
    }
}

}    // namespace check
