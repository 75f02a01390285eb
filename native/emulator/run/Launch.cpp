// Threads of the host that take blocks from a launch.
#include "BlockRunner.h"
#include "Settings.h"
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <numeric>
#include <thread>

namespace emulator {
namespace {

// Threads that wait for work for as long as the process lives. They are left to it when it ends.
class Pool {
public:
    explicit Pool(int helpers) {
        for (int i = 0; i < helpers; i++) std::thread([this, i] { help(i + 1); }).detach();
    }

    // Calls work(0), …, work(count - 1), each on a thread of its own, and returns when all have come back.
    void each(int count, const std::function<void(int)>& work) {
        {
            std::lock_guard guard(lock);
            job = &work;
            wanted = count;
            pending = count - 1;
            generation++;
        }
        begin.notify_all();
        work(0);
        std::unique_lock guard(lock);
        end.wait(guard, [&] { return pending == 0; });
        job = nullptr;
    }

private:
    std::mutex lock;
    std::condition_variable begin, end;
    const std::function<void(int)>* job = nullptr;
    int wanted = 0, pending = 0;
    uint64_t generation = 0;

    void help(int index) {
        uint64_t seen = 0;
        std::unique_lock guard(lock);
        for (;;) {
            begin.wait(guard, [&] { return generation != seen; });
            seen = generation;
            if (index >= wanted) continue;
            const auto* work = job;
            guard.unlock();
            (*work)(index);
            guard.lock();
            if (--pending == 0) end.notify_all();
        }
    }
};

// Below this many threads of a grid, waking another thread of the host costs more than it helps.
constexpr uint64_t WorthSharing = 4096;

}    // namespace

void run(const Launch& launch, Memory& memory, LaunchFault& fault, std::vector<Allocation*>& touched) {
    static auto& runners = *new std::vector<std::unique_ptr<BlockRunner>>;
    static Pool& pool = *new Pool(settings().threads - 1);
    uint64_t blocks = launch.blocks();
    int count = (int)std::min<uint64_t>(settings().threads, blocks);
    // Floats that are added in another order give another sum.
    if (launch.kernel->addsFloats || blocks * launch.threads() < WorthSharing) count = 1;
    while ((int)runners.size() < count) runners.push_back(std::make_unique<BlockRunner>());

    // Blocks in any order: a step that shares no factor with their number visits each once.
    Random random(settings().seed ^ (launch.number * 0xD6E8FEB86659FD93ull));
    uint64_t first = random.next() % blocks, step = blocks > 2 ? 1 + random.next() % (blocks - 1) : 1;
    while (std::gcd(step, blocks) != 1) step = step % blocks + 1;

    std::mutex lock;
    std::atomic<uint64_t> next = 0;
    auto work = [&](int index) {
        BlockRunner& runner = *runners[index];
        runner.begin(launch, memory, fault, touched, lock);
        for (;;) {
            uint64_t turn = next++;
            if (turn >= blocks || fault.isSet) return;
            runner.runBlock((uint64_t)((first + (unsigned __int128)turn * step) % blocks));
        }
    };
    if (count == 1) {
        work(0);
    } else {
        pool.each(count, work);
    }
}

}    // namespace emulator
