// Streams and the work in them. Work is done late: when the host waits for it, and then in any order that streams and events leave open.
// Whether one piece of work comes after another is known from clocks, not from when it happened to be done.
#pragma once
#include "Memory.h"
#include "Order.h"
#include "Random.h"
#include <functional>
#include <set>

namespace emulator {

class Queue;
struct Capture;

// What a piece of work is told while it is done.
struct Turn {
    Queue& queue;
    const std::string& name;
    const Clock& clock;    // what has been done before it
    Moment moment;

    // Notes that the work reads or writes a range. Reports it if other work on the range is not ordered before this.
    void touch(Allocation& allocation, uint64_t from, uint64_t bytes, bool writes);
    // The same for all that a kernel has marked; clears the marks.
    void touchMarked(Allocation& allocation);
};

struct Work {
    std::string name;
    std::function<void(Turn&)> run;
};

struct Stream {
    uint32_t id;
    bool waitsForDefault = true;    // false: CU_STREAM_NON_BLOCKING
    int priority = 0;
    Clock clock;                   // of its newest work
    Capture* capture = nullptr;    // while it is being captured, see driver/Graphs.h
};

struct Event {
    bool hasTime = true, isRecorded = false;
    Clock clock;    // what has been done once it has happened
    uint32_t stream = 0;
    uint64_t number = 0;                                           // of the work that notes its time
    std::shared_ptr<double> time = std::make_shared<double>(0);    // in milliseconds
    uint64_t capture = 0;    // recorded while a stream was captured: the capture's number, and the nodes behind which it comes
    std::vector<size_t> capturedAfter;
};

class Queue {
public:
    explicit Queue(uint64_t seed);

    Stream* defaultStream() { return &first; }
    Stream* create(bool waitsForDefault, int priority);
    void destroy(Stream* stream);
    bool has(const Stream* stream) const { return stream == &first || streams.contains(const_cast<Stream*>(stream)); }
    const std::set<Stream*>& all() const { return streams; }

    // Puts work at the end of a stream and returns its number there.
    uint64_t add(Stream& stream, Work work);
    // The same, behind what the clock says as well.
    uint64_t addAfter(Stream& stream, const Clock& clock, Work work);

    // What work that is put into the stream now would come after.
    Clock before(const Stream& stream) const;

    // Does work until the stream has done what is in it; the host then knows of it.
    void wait(const Stream& stream);
    void wait(const Event& event);
    void waitForAll();
    // Does everything, and the host knows of no more than before.
    void drain();
    // Does one piece of work, and says whether the stream, or the event, is done.
    bool poll(const Stream& stream);
    bool poll(const Event& event);

    void record(Event& event, Stream& stream);
    static void follow(Stream& stream, const Event& event) { merge(stream.clock, event.clock); }

    // Called with a text when two pieces of work are not ordered.
    std::function<void(const std::string&)> onRace;
    // Asked before each piece of work: after an error nothing more is done.
    std::function<bool()> isBroken;

    std::string describe(Moment moment) const;

private:
    struct Pending {
        Work work;
        Clock clock;
    };
    // What belongs to a stream's number, and stays when the number is given to another stream.
    struct Lane {
        std::deque<Pending> pending;
        uint64_t added = 0, done = 0;
        std::deque<const std::string*> names;    // of the newest work
        uint64_t firstName = 1;
    };

    Stream first;
    std::set<Stream*> streams;
    std::deque<Lane> lanes;
    std::vector<uint32_t> freeIds;
    Clock host;    // what the host knows to be done
    Random random;
    size_t pendingCount = 0;
    std::set<std::string> names;

    bool canRun(const Pending& pending, uint32_t lane) const;
    bool runOne(uint32_t preferred);
    void runUntil(uint32_t lane, uint64_t number);
};

}    // namespace emulator
