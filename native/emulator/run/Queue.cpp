#include "Queue.h"
#include <algorithm>
#include <chrono>

namespace emulator {
namespace {

constexpr size_t MostPending = 1024, MostNames = 1 << 16;

double now() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void set(Clock& clock, uint32_t lane, uint64_t number) {
    if (clock.size() <= lane) clock.resize(lane + 1, 0);
    clock[lane] = number;
}

}    // namespace

Queue::Queue(uint64_t seed) : random(seed) {
    lanes.emplace_back();
    first.id = 0;
}

Stream* Queue::create(bool waitsForDefault, int priority) {
    auto* stream = new Stream;
    if (freeIds.empty()) {
        stream->id = (uint32_t)lanes.size();
        lanes.emplace_back();
    } else {
        stream->id = freeIds.back();
        freeIds.pop_back();
    }
    stream->waitsForDefault = waitsForDefault;
    stream->priority = priority;
    set(stream->clock, stream->id, lanes[stream->id].added);
    streams.insert(stream);
    return stream;
}

// What is still to be done in it is done; the host knows of it no more than before.
void Queue::destroy(Stream* stream) {
    runUntil(stream->id, lanes[stream->id].added);
    freeIds.push_back(stream->id);
    streams.erase(stream);
    delete stream;
}

uint64_t Queue::add(Stream& stream, Work work) { return addAfter(stream, {}, std::move(work)); }

uint64_t Queue::addAfter(Stream& stream, const Clock& clock, Work work) {
    while (pendingCount >= MostPending && runOne(stream.id)) {}
    stream.clock = before(stream);
    merge(stream.clock, clock);
    Lane& lane = lanes[stream.id];
    lane.added++;
    set(stream.clock, stream.id, lane.added);
    lane.names.push_back(&*names.insert(work.name).first);
    if (lane.names.size() > MostNames) {
        lane.names.pop_front();
        lane.firstName++;
    }
    lane.pending.push_back({std::move(work), stream.clock});
    pendingCount++;
    return lane.added;
}

// The default stream waits for all others but the non-blocking ones, and they for it.
Clock Queue::before(const Stream& stream) const {
    Clock clock = stream.clock;
    merge(clock, host);
    if (&stream == &first) {
        for (const Stream* other : streams) {
            if (other->waitsForDefault) merge(clock, other->clock);
        }
    } else if (stream.waitsForDefault) {
        merge(clock, first.clock);
    }
    return clock;
}

bool Queue::canRun(const Pending& pending, uint32_t lane) const {
    for (uint32_t i = 0; i < pending.clock.size(); i++) {
        if (i != lane && lanes[i].done < pending.clock[i]) return false;
    }
    return true;
}

// Any of the streams whose next work has nothing to wait for; every other time the preferred one where it can.
bool Queue::runOne(uint32_t preferred) {
    if (pendingCount == 0) return false;
    uint32_t chosen = preferred;
    auto isPossible = [&](uint32_t lane) { return !lanes[lane].pending.empty() && canRun(lanes[lane].pending.front(), lane); };
    if (!isPossible(preferred) || random.below(2)) {
        uint32_t start = random.below((uint32_t)lanes.size()), tried = 0;
        for (chosen = start; !isPossible(chosen); chosen = (chosen + 1) % lanes.size()) {
            if (++tried > lanes.size()) return false;
        }
    }
    Lane& lane = lanes[chosen];
    Pending pending = std::move(lane.pending.front());
    lane.pending.pop_front();
    pendingCount--;
    Turn turn{*this, pending.work.name, pending.clock, Moment::of(chosen, lane.done + 1)};
    if (!isBroken()) pending.work.run(turn);
    lanes[chosen].done++;
    return true;
}

void Queue::runUntil(uint32_t lane, uint64_t number) {
    while (lanes[lane].done < number && runOne(lane)) {}
}

// To wait for the default stream is to wait for those that it waits for.
void Queue::wait(const Stream& stream) {
    Clock all = before(stream);
    for (uint32_t lane = 0; lane < all.size(); lane++) runUntil(lane, all[lane]);
    merge(host, all);
}

void Queue::wait(const Event& event) {
    if (!event.isRecorded) return;
    runUntil(event.stream, event.number);
    merge(host, event.clock);
}

void Queue::drain() {
    while (runOne(0)) {}
}

void Queue::waitForAll() {
    drain();
    for (uint32_t i = 0; i < lanes.size(); i++) {
        if (host.size() <= i || host[i] < lanes[i].done) set(host, i, lanes[i].done);
    }
}

bool Queue::poll(const Stream& stream) {
    bool isDone = lanes[stream.id].done >= lanes[stream.id].added;
    if (isDone) merge(host, stream.clock);
    else runOne(stream.id);
    return isDone;
}

bool Queue::poll(const Event& event) {
    if (!event.isRecorded) return true;
    bool isDone = lanes[event.stream].done >= event.number;
    if (isDone) merge(host, event.clock);
    else runOne(event.stream);
    return isDone;
}

void Queue::record(Event& event, Stream& stream) {
    event.isRecorded = true;
    event.capture = 0;
    event.time = std::make_shared<double>(0);
    event.stream = stream.id;
    event.number = add(stream, {"event", [time = event.time](Turn&) { *time = now(); }});
    event.clock = stream.clock;
}

std::string Queue::describe(Moment moment) const {
    const Lane& lane = lanes[moment.stream()];
    std::string stream = moment.stream() == 0 ? "the default stream" : "stream " + std::to_string(moment.stream());
    uint64_t number = moment.number();
    bool isKnown = number >= lane.firstName && number - lane.firstName < lane.names.size();
    return (isKnown ? *lane.names[number - lane.firstName] : std::string("work")) + " (number " + std::to_string(number) + " of " + stream
           + ")";
}

void Turn::touch(Allocation& allocation, uint64_t from, uint64_t bytes, bool writes) {
    if (bytes == 0) return;
    const char* conflict = nullptr;
    Moment other;
    size_t place = 0;
    for (size_t i = from >> 8; i <= (from + bytes - 1) >> 8; i++) {
        Usage& usage = allocation.usage[i];
        if (!usage.write.isBefore(clock) && !conflict) conflict = writes ? "written by" : "read by", other = usage.write, place = i;
        if (!writes) {
            bool isOther = usage.read.word != 0 && usage.read.stream() != moment.stream() && !usage.read.isBefore(clock);
            if (isOther) allocation.otherReads[i].push_back(usage.read);
            usage.read = moment;
            continue;
        }
        if (!usage.read.isBefore(clock) && !conflict) conflict = "written by", other = usage.read, place = i;
        if (!allocation.otherReads.empty()) {
            if (auto reads = allocation.otherReads.find(i); reads != allocation.otherReads.end()) {
                for (Moment read : reads->second) {
                    if (!read.isBefore(clock) && !conflict) conflict = "written by", other = read, place = i;
                }
                allocation.otherReads.erase(reads);
            }
        }
        usage.write = moment;
        usage.read = {};
    }
    if (conflict && queue.onRace) {
        queue.onRace("bytes " + std::to_string(place * 256) + " to "
                     + std::to_string(std::min<uint64_t>(place * 256 + 255, allocation.size - 1)) + " of " + allocation.describe()
                     + " are used by " + queue.describe(other) + " and then " + conflict + " " + queue.describe(moment)
                     + ", and nothing says which of the two comes first: an event, or a wait of the host, is missing");
    }
}

namespace {

// Calls action with each mark that is set, and clears it. Most are not: they are passed over 128 at a time.
template <class Action>
void forEachMark(uint8_t* marks, size_t count, Action action) {
    typedef uint64_t Wide __attribute__((vector_size(32), aligned(1), may_alias));
    size_t i = 0;
    auto each = [&](size_t end) {
        for (; i < end; i++) {
            if (!marks[i]) continue;
            marks[i] = 0;
            action(i);
        }
    };
    while (i + 128 <= count) {
        const Wide* wide = reinterpret_cast<const Wide*>(marks + i);
        Wide any = (wide[0] | wide[1]) | (wide[2] | wide[3]);
        if ((any[0] | any[1] | any[2] | any[3]) == 0) i += 128;
        else each(i + 128);
    }
    each(count);
}

}    // namespace

void Turn::touchMarked(Allocation& allocation) {
    if (allocation.isRead) {
        forEachMark(allocation.readMarks, allocation.chunks(), [&](size_t i) { touch(allocation, i << 8, 1, false); });
    }
    if (allocation.isWritten) {
        forEachMark(allocation.writeMarks, allocation.chunks(), [&](size_t i) { touch(allocation, i << 8, 1, true); });
    }
    allocation.isRead = allocation.isWritten = false;
}

}    // namespace emulator
