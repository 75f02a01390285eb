// Runs the cases: check FOLDER [PART OF A NAME]. The folder holds the PTX that they load.
#include "Driver.h"
#include <fstream>

namespace check {

std::string folder;

std::string readFile(const std::string& name) {
    std::ifstream file(folder + "/" + name);
    if (!file) throw Failure("there is no file " + folder + "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

Card::Card() {
    CUcontext context;
    ok(cuInit(0), __LINE__);
    ok(cuDevicePrimaryCtxRetain(&context, 0), __LINE__);
    ok(cuCtxSetCurrent(context), __LINE__);
}

Card::~Card() {
    cuDevicePrimaryCtxReset_v2(0);
    cuDevicePrimaryCtxRelease_v2(0);
}

CUmodule Card::load(const std::string& file) {
    CUmodule module;
    ok(cuModuleLoadData(&module, readFile(file).c_str()), __LINE__);
    return module;
}

CUfunction Card::kernel(const std::string& file, const char* name) {
    CUfunction function;
    ok(cuModuleGetFunction(&function, load(file), name), __LINE__);
    return function;
}

CUdeviceptr Card::allocate(size_t bytes) {
    CUdeviceptr address;
    ok(cuMemAlloc_v2(&address, bytes), __LINE__);
    return address;
}

void Card::free(CUdeviceptr address) { ok(cuMemFree_v2(address), __LINE__); }

}    // namespace check

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: check FOLDER [PART OF A NAME]\n");
        return 2;
    }
    check::folder = words[1];
    int passed = 0, failed = 0;
    for (const auto& test : check::cases()) {
        if (count > 2 && test.name.find(words[2]) == std::string::npos) continue;
        try {
            test.run();
            passed++;
        } catch (const std::exception& error) {
            std::printf("%s: %s\n", test.name.c_str(), error.what());
            failed++;
        }
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
