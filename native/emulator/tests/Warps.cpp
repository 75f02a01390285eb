// What threads do together, and what is said where they do not come.
#include "Driver.h"
#include <algorithm>
#include <set>

using check::Card;

CASE("shuffles") {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "shuffles");
    CUdeviceptr to = card.allocate(3 * 64 * 8 * 4);
    OK(card.launch(kernel, 3, 64, 0, nullptr, to));
    auto found = card.download<unsigned>(to, 3 * 64 * 8);
    for (unsigned i = 0; i < 3 * 64; i++) {
        unsigned t = i % 64, lane = t % 32, base = t - lane;
        const unsigned* row = &found[i * 8];
        EQUAL((base + 5) * 10, row[0]);
        EQUAL((lane >= 3 ? t - 3 : t) * 10, row[1]);
        EQUAL((lane + 4 < 32 ? t + 4 : t) * 10, row[2]);
        EQUAL((t ^ 7) * 10, row[3]);
        EQUAL((base + (lane & 24) + 2) * 10, row[4]);
        EQUAL(lane < 16 ? t + 16 : t, row[5]);
        EQUAL(lane < 16 ? 1u : 0u, row[6]);
        EQUAL(lane < 16 ? (t ^ 1) : (t ^ 1) + 100, row[7]);
    }
}

CASE("votes, matches, reductions and who is active") {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "votes");
    for (unsigned most : {1u, 3u, 7u}) {
        std::vector<unsigned> values(32);
        for (unsigned t = 0; t < 32; t++) values[t] = t * 5 % (most + 1);
        CUdeviceptr from = card.upload(values), to = card.allocate(32 * 8 * 4);
        OK(card.launch(kernel, 1, 32, 0, nullptr, to, from));
        auto found = card.download<unsigned>(to, 32 * 8);
        unsigned sum = 0, odd = 0, above = 0;
        for (unsigned t = 0; t < 32; t++) sum += values[t], odd |= (values[t] & 1) << t, above += values[t] > 1;
        for (unsigned t = 0; t < 32; t++) {
            unsigned same = 0;
            for (unsigned other = 0; other < 32; other++) same |= (unsigned)(values[other] == values[t]) << other;
            const unsigned* row = &found[t * 8];
            EQUAL(most < 4, row[0] != 0);
            EQUAL(most >= 3, row[1] != 0);
            EQUAL(above == 0 || above == 32, row[2] != 0);
            EQUAL(odd, row[3]);
            EQUAL(same, row[4]);
            EQUAL(sum, row[5]);
            EQUAL(most, row[6]);
            EQUAL(t & 1 ? 0xAAAAAAAAu : 0u, row[7]);
        }
    }
}

CASE("barriers of a block, of a part of it, and with a count") {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "barriers");
    CUdeviceptr to = card.allocate(128 * 4);
    OK(card.launch(kernel, 1, 128, 0, nullptr, to));
    auto found = card.download<unsigned>(to, 128);
    auto value = [](unsigned t) { return (t + 1) % 128 * 2; };
    unsigned count = 0;
    for (unsigned t = 0; t < 128; t++) count += value(t) % 3 == 0;
    for (unsigned t = 0; t < 128; t++) EQUAL(value((t + 1) % 128) + 1000 * count, found[t]);
}

CASE("atomic operations of whole numbers and floats") {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "atomics");
    const unsigned blocks = 50, threads = 96, n = blocks * threads;
    std::vector<unsigned> start(16 + blocks, 0);
    start[4] = 0xFFFF;
    CUdeviceptr to = card.upload(start), sums = card.upload(std::vector<float>{0}), doubles = card.upload(std::vector<double>{0}),
                wide = card.upload(std::vector<unsigned long long>{5});
    OK(card.launch(kernel, blocks, threads, 0, nullptr, to, sums, doubles, wide));
    auto found = card.download<unsigned>(to, start.size());
    unsigned all = 0;
    for (unsigned i = 0; i < n; i++) all ^= i;
    EQUAL(n, found[0]);
    EQUAL(-(int)(n - 1), (int)found[1]);
    EQUAL(n - 1, found[2]);
    EQUAL(0xFFFFFFFFu, found[3]);
    EQUAL(0xFF00u, found[4]);
    EQUAL(all, found[5]);
    EQUAL(n % 10, found[6]);
    EQUAL(2 * n, found[7]);
    EQUAL(77u, found[8]);
    EQUAL((float)(n / 8 * 28), card.download<float>(sums, 1)[0]);
    EQUAL((double)n * (n - 1) / 2, card.download<double>(doubles, 1)[0]);
    EQUAL(5 + ((unsigned long long)n * (n - 1) / 2 << 20), card.download<unsigned long long>(wide, 1)[0]);
    for (unsigned block = 0; block < blocks; block++) EQUAL(threads * (threads - 1) / 2, found[16 + block]);
}

namespace {

// What ten launches of a kernel without its barrier give.
std::vector<std::vector<unsigned>> races() {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "race");
    std::vector<std::vector<unsigned>> results;
    for (int i = 0; i < 10; i++) {
        CUdeviceptr to = card.allocate(64 * 4);
        OK(card.launch(kernel, 1, 64, 0, nullptr, to));
        results.push_back(card.download<unsigned>(to, 64));
    }
    return results;
}

}    // namespace

CASE("a missing barrier shows: threads run in any order, which the seed decides") {
    auto results = races();
    bool isWrong = false;
    for (const auto& result : results) {
        for (unsigned t = 0; t < 64; t++) isWrong |= result[t] != 64 - t;
    }
    THAT(isWrong);
    THAT(std::set(results.begin(), results.end()).size() > 1);
    THAT(results == races());
}

namespace {

// What a launch of "divergent" gives, and what is said of it.
CUresult divergent(unsigned which, std::string& said) {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "divergent");
    CUdeviceptr to = card.allocate(64 * 4);
    OK(card.launch(kernel, 1, 64, 0, nullptr, to, which));
    CUresult result = cuCtxSynchronize();
    said = rsnn_emulator_last_error();
    // As on a card, every call says it from now on.
    CUdeviceptr more;
    EQUAL(result, cuMemAlloc_v2(&more, 4));
    return result;
}

}    // namespace

CASE("a barrier that a thread does not reach") {
    std::string said;
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, divergent(0, said));
    CONTAINS(said, "kernel divergent, block (0,0,0), thread (40,0,0)");
    CONTAINS(said, "vote.sync.any");
    CONTAINS(said, "thread (41,0,0) waits at barrier 0");
}

CASE("a shuffle whose mask names threads that are elsewhere") {
    std::string said;
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, divergent(1, said));
    CONTAINS(said, "shfl.sync.idx.b32");
    CONTAINS(said, "the threads that its mask names do not all come");
}

CASE("a barrier in two places for threads of one warp") {
    std::string said;
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, divergent(2, said));
    CONTAINS(said, "divergent barrier");
    CONTAINS(said, "of the same warp");
}

CASE("a trap") {
    std::string said;
    EQUAL(CUDA_ERROR_ILLEGAL_INSTRUCTION, divergent(3, said));
    CONTAINS(said, "thread (3,0,0)");
    CONTAINS(said, "trap");
}

CASE("a vote that waits for a thread that has ended") {
    std::string said;
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, divergent(5, said));
    CONTAINS(said, "thread (2,0,0) has ended");
}

CASE("a barrier does not wait for threads that have ended") {
    Card card;
    CUfunction kernel = card.kernel("warps.ptx", "divergent");
    CUdeviceptr to = card.allocate(64 * 4);
    OK(card.launch(kernel, 1, 64, 0, nullptr, to, 4u));
    EQUAL(5u, card.download<unsigned>(to, 64)[20]);
}
