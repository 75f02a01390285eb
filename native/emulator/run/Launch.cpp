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
        for (int i = 0; i < helpers; i++) std::thread([this] { help(); }).detach();
    }

    // Calls work(0) here, and beside it work(1), …, work(count - 1) on the threads that come in time: who has not begun when work(0)
    // returns is not waited for.
    void each(int count, const std::function<void(int)>& work) {
        {
            std::lock_guard guard(lock);
            job = &work;
            next = 1;
            end = count;
        }
        begin.notify_all();
        work(0);
        std::unique_lock guard(lock);
        end = 0;
        idle.wait(guard, [&] { return active == 0; });
    }

private:
    std::mutex lock;
    std::condition_variable begin, idle;
    const std::function<void(int)>* job = nullptr;
    int next = 0, end = 0, active = 0;

    void help() {
        std::unique_lock guard(lock);
        for (;;) {
            begin.wait(guard, [&] { return next < end; });
            int index = next++;
            active++;
            guard.unlock();
            (*job)(index);
            guard.lock();
            if (--active == 0) idle.notify_all();
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
