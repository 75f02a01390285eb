// The other forms of mma.sync and ldmatrix, each with fragments as PTX's tables lay them out: a host's product of whole matrices says what is expected.
#include "../device/half.h"
#include "Driver.h"
#include <cmath>

using check::Card;

namespace {

// A form of mma: its opcode, k, the 32-bit registers of A, B and C, and how many elements of A and B share one.
struct Form {
    const char* opcode;
    int depth, registersA, registersB, registersC, shared;
};

// Loads each lane's fragments, which lie lane by lane, and stores D's so.
std::string kernelText(const Form& form) {
    std::ostringstream text;
    text << ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u64 "
            "pd)\n{\n"
         << ".reg .b64 %rd<9>;\n.reg .b32 %r<2>, %a<4>, %b<4>, %c<4>, %d<4>;\nmov.u32 %r1, %tid.x;\n";
    const int counts[] = {form.registersA, form.registersB, form.registersC, form.registersC};
    auto list = [&](int k) {
        std::string names;
        for (int i = 0; i < counts[k]; i++) names += (i ? ", %" : "%") + std::string(1, "abcd"[k]) + std::to_string(i);
        return "{" + names + "}";
    };
    for (int k = 0; k < 4; k++) {
        text << "ld.param.u64 %rd" << k << ", [p"
             << "abcd"[k] << "];\nmad.wide.u32 %rd" << k << ", %r1, " << counts[k] * 4 << ", %rd" << k << ";\n";
        for (int i = 0; k < 3 && i < counts[k]; i++)
            text << "ld.global.b32 %"
                 << "abc"[k] << i << ", [%rd" << k << "+" << i * 4 << "];\n";
    }
    text << "mma.sync.aligned." << form.opcode << " " << list(3) << ", " << list(0) << ", " << list(1) << ", " << list(2) << ";\n";
    for (int i = 0; i < form.registersC; i++) text << "st.global.b32 [%rd3+" << i * 4 << "], %d" << i << ";\n";
    text << "ret;\n}\n";
    return text.str();
}

// Puts each element's bits where PTX has it: A's registers take turns by rows of 8, then by columns; B's go down the columns.
std::vector<unsigned> fragments(int registers, int shared, bool isA, unsigned (*bits)(int row, int column)) {
    std::vector<unsigned> words(32 * registers, 0);
    for (int lane = 0; lane < 32; lane++) {
        for (int r = 0; r < registers; r++) {
            for (int e = 0; e < shared; e++) {
                int across = lane / 4 + (isA ? r % 2 * 8 : 0), along = lane % 4 * shared + (isA ? r / 2 : r) * 4 * shared + e;
                words[lane * registers + r] |= (isA ? bits(across, along) : bits(along, across)) << (32 / shared * e);
            }
        }
    }
    return words;
}

float valueA(int row, int column) { return (float)((row * 7 + column * 3) % 11 - 5) / 4; }
float valueB(int row, int column) { return (float)((row * 5 + column * 13) % 9 - 4) / 2; }
float valueC(int row, int column) { return (float)(row - 2 * column); }

double expected(int row, int column, int depth) {
    double sum = valueC(row, column);
    for (int k = 0; k < depth; k++) sum += (double)valueA(row, k) * valueB(k, column);
    return sum;
}

void tryForm(const Form& form, bool isHalf, bool isSingle, bool sumsHalves) {
    Card card;
    CUmodule module;
    CUfunction kernel;
    OK(cuModuleLoadData(&module, kernelText(form).c_str()));
    OK(cuModuleGetFunction(&kernel, module, "k"));
    auto half = +[](int row, int column) -> unsigned { return emulator::toHalf(valueA(row, column)); };
    auto halfB = +[](int row, int column) -> unsigned { return emulator::toHalf(valueB(row, column)); };
    auto brain = +[](int row, int column) -> unsigned { return emulator::toBrain(valueA(row, column)); };
    auto brainB = +[](int row, int column) -> unsigned { return emulator::toBrain(valueB(row, column)); };
    auto single = +[](int row, int column) -> unsigned { return emulator::bits<uint32_t>(valueA(row, column)); };
    auto singleB = +[](int row, int column) -> unsigned { return emulator::bits<uint32_t>(valueB(row, column)); };
    auto a = fragments(form.registersA, form.shared, true, isSingle ? single : isHalf ? half : brain);
    auto b = fragments(form.registersB, form.shared, false, isSingle ? singleB : isHalf ? halfB : brainB);
    std::vector<unsigned> c(32 * form.registersC);
    auto place = [&](int lane, int i) { return std::pair(lane / 4 + i / 2 * 8, lane % 4 * 2 + i % 2); };
    for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
            auto [row, column] = place(lane, i);
            if (sumsHalves) c[lane * 2 + i / 2] |= (unsigned)emulator::toHalf(valueC(row, column)) << 16 * (i % 2);
            else c[lane * 4 + i] = emulator::bits<uint32_t>(valueC(row, column));
        }
    }
    CUdeviceptr to = card.allocate(c.size() * 4);
    OK(card.launch(kernel, 1, 32, 0, nullptr, card.upload(a), card.upload(b), card.upload(c), to));
    auto found = card.download<unsigned>(to, c.size());
    for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
            auto [row, column] = place(lane, i);
            double wanted = expected(row, column, form.depth);
            double value = sumsHalves ? emulator::wideHalf((uint16_t)(found[lane * 2 + i / 2] >> 16 * (i % 2)))
                                      : emulator::bits<float>(found[lane * 4 + i]);
            EQUAL(sumsHalves ? (double)emulator::wideHalf(emulator::toHalf(wanted)) : wanted, value);
        }
    }
}

}    // namespace

CASE("mma of 16 bfloats") { tryForm({"m16n8k16.row.col.f32.bf16.bf16.f32", 16, 4, 2, 4, 2}, false, false, false); }
CASE("mma of 16 halves, added as halves") { tryForm({"m16n8k16.row.col.f16.f16.f16.f16", 16, 4, 2, 2, 2}, true, false, true); }
CASE("mma of 8 halves") { tryForm({"m16n8k8.row.col.f32.f16.f16.f32", 8, 2, 1, 4, 2}, true, false, false); }
CASE("mma of 8 bfloats") { tryForm({"m16n8k8.row.col.f32.bf16.bf16.f32", 8, 2, 1, 4, 2}, false, false, false); }
CASE("mma of 4 TF32") { tryForm({"m16n8k4.row.col.f32.tf32.tf32.f32", 4, 2, 1, 4, 1}, false, true, false); }

CASE("mma that the emulator does not know is refused") {
    Card card;
    CUmodule module;
    std::string text = kernelText({"m16n8k16.row.col.f32.f16.bf16.f32", 16, 4, 2, 4, 2});
    EQUAL(CUDA_ERROR_INVALID_PTX, cuModuleLoadData(&module, text.c_str()));
    CONTAINS(std::string(rsnn_emulator_last_error()), "does not know this product of matrices");
}

CASE("one and two matrices are loaded, from the addresses of the first lanes") {
    Card card;
    CUmodule module;
    CUfunction kernel;
    std::string text = R"(.version 7.8
.target sm_80
.address_size 64
.visible .entry k(.param .u64 to)
{
.reg .b32 %r<9>;
.reg .b64 %rd<4>;
.shared .align 16 .b8 memory[256];
mov.u32 %r1, %tid.x;
mov.u32 %r2, memory;
shl.b32 %r3, %r1, 3;
add.u32 %r3, %r2, %r3;
shl.b32 %r4, %r1, 17;
add.u32 %r4, %r4, %r1;
st.shared.v2.b32 [%r3], {%r4, %r1};
bar.sync 0;
and.b32 %r5, %r1, 15;
shl.b32 %r5, %r5, 4;
add.u32 %r5, %r2, %r5;
ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r6}, [%r5];
ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%r7, %r8}, [%r5];
ld.param.u64 %rd1, [to];
mad.wide.u32 %rd2, %r1, 12, %rd1;
st.global.b32 [%rd2], %r6;
st.global.b32 [%rd2+4], %r7;
st.global.b32 [%rd2+8], %r8;
ret;
}
)";
    OK(cuModuleLoadData(&module, text.c_str()));
    OK(cuModuleGetFunction(&kernel, module, "k"));
    CUdeviceptr to = card.allocate(32 * 12);
    OK(card.launch(kernel, 1, 32, 0, nullptr, to));
    auto found = card.download<unsigned>(to, 96);
    auto element = [](unsigned matrix, unsigned row, unsigned column) {
        unsigned place = matrix * 64 + row * 8 + column, thread = place / 4;    // 4 numbers of 16 bits a thread
        return place % 4 == 1 ? thread * 2 : place % 4 == 3 ? 0 : thread;
    };
    for (unsigned lane = 0; lane < 32; lane++) {
        unsigned row = lane / 4, column = lane % 4 * 2;
        EQUAL(element(0, row, column) | element(0, row, column + 1) << 16, found[lane * 3]);
        for (unsigned matrix = 0; matrix < 2; matrix++) {
            EQUAL(element(matrix, column, row) | element(matrix, column + 1, row) << 16, found[lane * 3 + 1 + matrix]);
        }
    }
}
