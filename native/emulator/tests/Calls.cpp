// Calls that the driver refuses, modules that it does not load, and memory that is not given back.
#include "Driver.h"
#include <sys/wait.h>
#include <unistd.h>

using check::Card;

namespace {

// What loading gives, and what the log says.
CUresult load(const std::string& text, std::string& log) {
    Card card;
    CUmodule module;
    char buffer[2000] = "";
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void* values[] = {buffer, (void*)sizeof buffer};
    CUresult result = cuModuleLoadDataEx(&module, text.c_str(), 2, options, values);
    log = buffer;
    EQUAL(log.empty() ? 0 : log.size() + 1, (size_t)values[1]);
    return result;
}

std::string moduleOf(const std::string& body) {
    return ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry k()\n{\n.reg .b32 %r<4>;\n" + body + "\nret;\n}\n";
}

}    // namespace

CASE("PTX that is none is refused with its line") {
    std::string log;
    EQUAL(CUDA_SUCCESS, load(moduleOf("mov.u32 %r1, 5;"), log));
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("mov.u32 %r1, ;"), log));
    CONTAINS(log, "line 7; error");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("mov.u32 %r1, %r9;"), log));
    CONTAINS(log, "line 7");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("frobnicate.u32 %r1, %r2;"), log));
    CONTAINS(log, "does not know this instruction: frobnicate.u32 %r1, %r2;");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("add.newflag.u32 %r1, %r2, %r3;"), log));
    CONTAINS(log, "does not know '.newflag'");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("bra nowhere;"), log));
    CONTAINS(log, "no such label");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("add.u32 %r1, %r2;"), log));
    CONTAINS(log, "wrong number of operands");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf("") + ".global .u64 address = nowhere;", log));
    CONTAINS(log, "'nowhere' is no variable");
    EQUAL(CUDA_ERROR_INVALID_PTX, load(moduleOf(".shared .b8 large[49153]; mov.u32 %r1, large;"), log));
    CONTAINS(log, "more than 48 KiB");
    EQUAL(CUDA_ERROR_INVALID_IMAGE, load("no PTX at all", log));
}

CASE("PTX for a newer driver or another card is refused") {
    std::string log, text = moduleOf("");
    EQUAL(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, load(".version 9.0" + text.substr(12), log));
    std::string newer = text;
    newer.replace(newer.find("sm_80"), 5, "sm_90");
    EQUAL(CUDA_ERROR_NO_BINARY_FOR_GPU, load(newer, log));
}

CASE("launches beyond the limits are refused") {
    Card card;
    CUfunction kernel = card.kernel("memory.ptx", "writeShared");
    CUdeviceptr to = card.allocate(4);
    int index = 0;
    void* arguments[] = {&to, &index};
    auto launch = [&](unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared) {
        return cuLaunchKernel(kernel, gx, gy, gz, bx, by, bz, shared, nullptr, arguments, nullptr);
    };
    EQUAL(CUDA_SUCCESS, launch(1, 1, 1, 1024, 1, 1, 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 1, 1, 1025, 1, 1, 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 1, 1, 64, 32, 1, 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 1, 1, 1, 1, 65, 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 65536, 1, 1, 1, 1, 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 1, 65536, 1, 1, 1, 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(0, 1, 1, 1, 1, 1, 4));
    EQUAL(CUDA_SUCCESS, launch(1, 1, 1, 1, 1, 1, 48 << 10));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 1, 1, 1, 1, 1, (48 << 10) + 4));
    OK(cuFuncSetAttribute(kernel, CU_FUNC_MAX_DYNAMIC_SHARED_SIZE_BYTES, 100 << 10));
    EQUAL(CUDA_SUCCESS, launch(1, 1, 1, 1, 1, 1, 100 << 10));
    EQUAL(CUDA_ERROR_INVALID_VALUE, launch(1, 1, 1, 1, 1, 1, (100 << 10) + 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuFuncSetAttribute(kernel, CU_FUNC_MAX_DYNAMIC_SHARED_SIZE_BYTES, 228 << 10));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuLaunchKernel(kernel, 1, 1, 1, 1, 1, 1, 4, nullptr, nullptr, nullptr));
    size_t offset, bytes;
    OK(cuFuncGetParamInfo(kernel, 1, &offset, &bytes));
    EQUAL(8u, offset);
    EQUAL(4u, bytes);
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuFuncGetParamInfo(kernel, 2, &offset, &bytes));
}

CASE("parameters lie where the host's struct has them, and variables hold what is written there") {
    Card card;
    CUmodule module;
    CUfunction kernel;
    std::string text =
        ".version 7.8\n.target sm_80\n.address_size 64\n.global .f32 numbers[2] = {1.5, 0fC0000000};\n"
        ".visible .entry k(.param .u32 a, .param .u64 .ptr .global .align 1 b, .param .align 16 .b8 c[20], .param .u8 d)\n{\n"
        ".reg .b64 %rd<4>;\n.reg .b32 %r<4>;\nld.param.u64 %rd1, [b];\nld.param.u32 %r1, [c+16];\nld.param.u8 %r2, [d];\n"
        "add.u32 %r1, %r1, %r2;\nst.global.u32 [%rd1], %r1;\nret;\n}\n";
    OK(cuModuleLoadData(&module, text.c_str()));
    OK(cuModuleGetFunction(&kernel, module, "k"));
    const size_t offsets[] = {0, 8, 16, 36};
    for (size_t i = 0; i < 4; i++) {
        size_t offset, bytes;
        OK(cuFuncGetParamInfo(kernel, i, &offset, &bytes));
        EQUAL(offsets[i], offset);
    }
    struct Twenty {
        int values[5];
    } c{{1, 2, 3, 4, 50}};
    CUdeviceptr to = card.allocate(4), numbers;
    size_t bytes;
    OK(card.launch(kernel, 1, 1, 0, nullptr, 7, to, c, (unsigned char)200));
    EQUAL(250, card.download<int>(to, 1)[0]);
    OK(cuModuleGetGlobal_v2(&numbers, &bytes, module, "numbers"));
    EQUAL(1.5f, card.download<float>(numbers, 2)[0]);
    EQUAL(-2.0f, card.download<float>(numbers, 2)[1]);
}

CASE("memory is freed once, by its beginning, and copies end where it ends") {
    Card card;
    CUdeviceptr a = card.allocate(100), b;
    std::vector<char> host(200);
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemFree_v2(a + 4));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemcpyHtoD_v2(a, host.data(), 101));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemcpyDtoH_v2(host.data(), a + 50, 51));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemsetD8_v2(a, 0, 101));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemsetD32_v2(a + 2, 0, 1));
    OK(cuMemFree_v2(a));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemFree_v2(a));
    CONTAINS(std::string(rsnn_emulator_last_error()), "was freed");
    EQUAL(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc_v2(&b, 1ull << 40));
    EQUAL(CUDA_ERROR_INVALID_VALUE, cuMemAlloc_v2(&b, 0));
}

CASE("a call without a current context is refused") {
    Card card;
    OK(cuCtxSetCurrent(nullptr));
    CUdeviceptr a;
    EQUAL(CUDA_ERROR_INVALID_CONTEXT, cuMemAlloc_v2(&a, 4));
}

CASE("the device says that it is none") {
    Card card;
    char name[100];
    OK(cuDeviceGetName(name, sizeof name, 0));
    EQUAL("RobustSnn emulator (no card)", std::string(name));
    int major, minor, threads;
    OK(cuDeviceGetAttribute(&major, CU_COMPUTE_CAPABILITY_MAJOR, 0));
    OK(cuDeviceGetAttribute(&minor, CU_COMPUTE_CAPABILITY_MINOR, 0));
    OK(cuDeviceGetAttribute(&threads, CU_MAX_THREADS_PER_BLOCK, 0));
    EQUAL(80, major * 10 + minor);
    EQUAL(1024, threads);
}

CASE("what is not freed is told, and fails the process where that is asked for") {
    for (bool frees : {true, false}) {
        int pipes[2];
        THAT(pipe(pipes) == 0);
        pid_t child = fork();
        if (child == 0) {
            dup2(pipes[1], 1);
            dup2(pipes[1], 2);
            close(pipes[0]);
            setenv("RSNN_EMULATOR_LEAKS", "fail", 1);
            execl("/proc/self/exe", "check", check::folder.c_str(), frees ? "(a case that frees)" : "(a case that forgets)", nullptr);
            _exit(1);
        }
        close(pipes[1]);
        std::string said;
        char buffer[512];
        for (ssize_t n; (n = read(pipes[0], buffer, sizeof buffer)) > 0;) said.append(buffer, (size_t)n);
        close(pipes[0]);
        int status;
        waitpid(child, &status, 0);
        EQUAL(frees ? 0 : 86, WEXITSTATUS(status));
        if (!frees) CONTAINS(said, "is not freed when the primary context is released");
    }
}

// The two that the case above starts in a process of their own.
static void useMemory(bool frees) {
    CUcontext context;
    OK(cuInit(0));
    OK(cuDevicePrimaryCtxRetain(&context, 0));
    OK(cuCtxSetCurrent(context));
    CUdeviceptr a;
    OK(cuMemAlloc_v2(&a, 1000));
    if (frees) OK(cuMemFree_v2(a));
    OK(cuDevicePrimaryCtxRelease_v2(0));
}

CASE("(a case that frees)") { useMemory(true); }
CASE("(a case that forgets)") {
    // Told only when asked for by its name: otherwise the whole run would end with the leak that it makes.
    if (getenv("RSNN_EMULATOR_LEAKS")) useMemory(false);
}
