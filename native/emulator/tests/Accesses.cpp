// Memory: widths, address spaces, and what is found where an access is not allowed.
#include "../device/half.h"
#include "Driver.h"
#include <cmath>

using check::Card;

CASE("loads and stores of all widths") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "vectors");
    std::vector<float> four(128);
    std::vector<unsigned short> shorts(32);
    std::vector<signed char> bytes(32);
    std::vector<double> doubles(32);
    for (int i = 0; i < 128; i++) four[i] = (float)i;
    for (int i = 0; i < 32; i++) shorts[i] = (unsigned short)(i * 3000), bytes[i] = (signed char)(i * 8 - 128), doubles[i] = i;
    CUdeviceptr from = card.upload(four), to = card.allocate(512), onShorts = card.upload(shorts), onBytes = card.upload(bytes),
                onDoubles = card.upload(doubles);
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, from, onShorts, onBytes, onDoubles));
    auto found = card.download<float>(to, 128);
    for (int i = 0; i < 128; i++) EQUAL(four[i / 4 * 4 + 3 - i % 4], found[i]);
    auto foundShorts = card.download<unsigned short>(onShorts, 32);
    auto foundBytes = card.download<signed char>(onBytes, 32);
    auto foundDoubles = card.download<double>(onDoubles, 32);
    for (int i = 0; i < 32; i++) {
        EQUAL((unsigned short)(shorts[i] * 3), foundShorts[i]);
        EQUAL((int)(signed char)(bytes[i] - 2), (int)foundBytes[i]);
        EQUAL(doubles[i] / 3, foundDoubles[i]);
    }
}

CASE("generic addresses lead to global, shared and local memory") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "genericAddresses");
    CUdeviceptr from = card.upload(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}), to = card.allocate(128);
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, from));
    auto found = card.download<float>(to, 32);
    for (int t = 0; t < 32; t++) EQUAL(36.0f + 72 + 36 * (float)t, found[t]);
}

CASE("variables of a module have their values, zeros and addresses") {
    Card card;
    CUmodule module = card.load("memory.ptx");
    CUfunction kernel;
    OK(cuModuleGetFunction(&kernel, module, "variables"));
    CUdeviceptr to = card.allocate(12);
    for (int i = 0; i < 2; i++) OK(card.launch(kernel, 1, 1, 0, nullptr, to));
    auto found = card.download<int>(to, 3);
    EQUAL(8, found[0]);
    EQUAL(0, found[1]);
    EQUAL(11, found[2]);
    OK(cuModuleUnload(module));
    EQUAL(CUDA_ERROR_INVALID_HANDLE, card.launch(kernel, 1, 1, 0, nullptr, to));
}

namespace {

// Writes one float, and gives what comes of it.
CUresult writeAt(Card& card, CUdeviceptr to, long long index, std::string& said) {
    CUfunction kernel = card.kernel("memory.ptx", "writeAt");
    OK(card.launch(kernel, 1, 1, 0, nullptr, to, index, 1.0f));
    CUresult result = cuCtxSynchronize();
    said = rsnn_emulator_last_error();
    return result;
}

}    // namespace

CASE("a write past the end of an allocation") {
    Card card;
    std::string said;
    EQUAL(CUDA_ERROR_ILLEGAL_ADDRESS, writeAt(card, card.allocate(40), 10, said));
    CONTAINS(said, "kernel writeAt, block (0,0,0), thread (0,0,0)");
    CONTAINS(said, "st.global.f32");
    CONTAINS(said, "0 bytes behind the end of allocation");
}

CASE("a write in front of an allocation") {
    Card card;
    std::string said;
    EQUAL(CUDA_ERROR_ILLEGAL_ADDRESS, writeAt(card, card.allocate(40), -1, said));
    CONTAINS(said, "4 bytes in front of allocation");
}

CASE("a write to memory that was freed") {
    Card card;
    std::string said;
    CUdeviceptr to = card.allocate(40);
    card.free(to);
    EQUAL(CUDA_ERROR_ILLEGAL_ADDRESS, writeAt(card, to, 3, said));
    CONTAINS(said, "was freed: it lay 12 bytes into allocation");
}

CASE("a pointer of the host, and none at all") {
    for (bool isNull : {false, true}) {
        Card card;
        std::string said;
        float host = 0;
        EQUAL(CUDA_ERROR_ILLEGAL_ADDRESS, writeAt(card, isNull ? 0 : (CUdeviceptr)&host, 0, said));
        CONTAINS(said, "is no memory of the card");
    }
}

CASE("an address that is not aligned") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "misaligned");
    OK(card.launch(kernel, 1, 1, 0, nullptr, card.allocate(16)));
    EQUAL(CUDA_ERROR_MISALIGNED_ADDRESS, cuCtxSynchronize());
    CONTAINS(std::string(rsnn_emulator_last_error()), "not aligned to 4 bytes");
}

CASE("shared memory ends where the launch says") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "writeShared");
    CUdeviceptr to = card.allocate(4);
    OK(card.launch(kernel, 1, 32, 64, nullptr, to, 15));
    EQUAL(3.0f, card.download<float>(to, 1)[0]);
    OK(card.launch(kernel, 1, 32, 64, nullptr, to, 16));
    EQUAL(CUDA_ERROR_ILLEGAL_ADDRESS, cuCtxSynchronize());
    CONTAINS(std::string(rsnn_emulator_last_error()), "shared address");
}

CASE("what nobody has written is NaN") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "uninitialized");
    CUdeviceptr to = card.allocate(128);
    for (float value : card.download<float>(to, 32)) THAT(std::isnan(value));
    OK(card.launch(kernel, 1, 32, 0, nullptr, to));
    for (float value : card.download<float>(to, 32)) THAT(std::isnan(value));
}

CASE("asynchronous copies arrive at the wait, no earlier") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "asyncCopies");
    std::vector<float> values(64);
    for (int i = 0; i < 64; i++) values[i] = (float)i + 1;
    CUdeviceptr from = card.upload(values), to = card.allocate(8 * 8 * 4);
    for (int waits : {2, 1, 0}) {
        OK(card.launch(kernel, 1, 8, 0, nullptr, to, from, waits));
        auto found = card.download<float>(to, 64);
        for (int t = 0; t < 8; t++) {
            for (int i = 0; i < 4; i++) {
                float first = found[t * 8 + i], second = found[t * 8 + 4 + i];
                if (waits >= 1) EQUAL(values[t * 4 + i], first);
                else THAT(std::isnan(first));
                if (waits < 2) THAT(std::isnan(second));
                // The second copy is of 8 bytes, of which an even thread reads 4 and gets zeros for the rest.
                if (waits == 2 && i == 0) EQUAL(values[32 + t * 4], second);
                if (waits == 2 && i == 1) EQUAL(t & 1 ? values[32 + t * 4 + 1] : 0.0f, second);
            }
        }
    }
}

CASE("products of matrices of halves") {
    Card card;
    CUfunction kernel = card.kernel("matrices.ptx", "halves");
    std::vector<uint16_t> a(256), b(128);
    std::vector<float> c(128);
    for (int i = 0; i < 256; i++) a[i] = emulator::toHalf((i * 37 % 101 - 50) / 16.0);
    for (int i = 0; i < 128; i++) b[i] = emulator::toHalf((i * 53 % 89 - 44) / 8.0), c[i] = (float)(i % 17);
    CUdeviceptr to = card.allocate(512);
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, card.upload(a), card.upload(b), card.upload(c)));
    auto found = card.download<float>(to, 128);
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 8; j++) {
            double sum = c[i * 8 + j];
            for (int k = 0; k < 16; k++) sum += (double)emulator::wideHalf(a[i * 16 + k]) * emulator::wideHalf(b[j * 16 + k]);
            EQUAL((float)sum, found[i * 8 + j]);
        }
    }
}

CASE("products of matrices of TF32 and of bytes") {
    Card card;
    CUmodule module = card.load("matrices.ptx");
    CUfunction kernel;
    std::vector<float> a(128), b(64);
    for (int i = 0; i < 128; i++) a[i] = (float)(i * 37 % 101 - 50) / 16;
    for (int i = 0; i < 64; i++) b[i] = (float)(i * 53 % 89 - 44) / 8;
    OK(cuModuleGetFunction(&kernel, module, "tensorFloats"));
    CUdeviceptr to = card.allocate(512);
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, card.upload(a), card.upload(b)));
    auto found = card.download<float>(to, 128);
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 8; j++) {
            double sum = 0;
            for (int k = 0; k < 8; k++) sum += (double)a[i * 8 + k] * b[j * 8 + k];
            EQUAL((float)sum, found[i * 8 + j]);
        }
    }
    std::vector<int8_t> c(512), d(256);
    for (int i = 0; i < 512; i++) c[i] = (int8_t)(i * 37 % 255 - 127);
    for (int i = 0; i < 256; i++) d[i] = (int8_t)(i * 91 % 255 - 127);
    OK(cuModuleGetFunction(&kernel, module, "bytes"));
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, card.upload(c), card.upload(d)));
    auto whole = card.download<int>(to, 128);
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 8; j++) {
            int sum = 0;
            for (int k = 0; k < 32; k++) sum += c[i * 32 + k] * d[j * 32 + k];
            EQUAL(sum, whole[i * 8 + j]);
        }
    }
}

CASE("matrices are loaded by rows and by columns, by a whole warp") {
    Card card;
    CUfunction kernel = card.kernel("matrices.ptx", "loads");
    std::vector<uint16_t> values(256);
    for (int i = 0; i < 256; i++) values[i] = (uint16_t)i;
    CUdeviceptr from = card.upload(values), to = card.allocate(32 * 8 * 4);
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, from, 32));
    auto found = card.download<unsigned>(to, 256);
    for (unsigned lane = 0; lane < 32; lane++) {
        for (unsigned matrix = 0; matrix < 4; matrix++) {
            unsigned row = lane / 4, column = lane % 4 * 2, base = matrix * 64;
            EQUAL(base + row * 8 + column + (base + row * 8 + column + 1) * 65536, found[lane * 8 + matrix]);
            EQUAL(base + column * 8 + row + (base + (column + 1) * 8 + row) * 65536, found[lane * 8 + 4 + matrix]);
        }
    }
    OK(card.launch(kernel, 1, 32, 0, nullptr, to, from, 20));
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, cuCtxSynchronize());
    CONTAINS(std::string(rsnn_emulator_last_error()), "ldmatrix");
}
