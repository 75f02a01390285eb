// Work that is captured instead of done, and done again and again later.
#pragma once
#include "Machine.h"
#include <thread>

namespace emulator {

struct Node {
    Work work;
    std::vector<size_t> after;
    size_t chain;    // which of the captured streams it came from; 0 is the one that the capture began with
};

struct Graph {
    std::vector<Node> nodes;
    size_t chains = 1;
};

// A stream is captured from cuStreamBeginCapture to cuStreamEndCapture, with the streams that an event has drawn into it.
struct Capture {
    uint64_t number;    // of the process's captures
    std::unique_ptr<Graph> graph;
    Stream* origin;
    CUstreamCaptureMode mode;
    std::thread::id thread;
    bool isSpoiled = false;
    std::map<Stream*, std::vector<size_t>> heads;    // the nodes that the next one of a stream comes behind
    std::map<Stream*, size_t> chains;

    void add(Stream& stream, Work work);
    void join(Stream& stream, const std::vector<size_t>& after);
};

struct GraphExec {
    std::vector<Node> nodes;
    std::vector<Stream*> streams;    // of the chains behind the first
    Clock last;                      // of the launch before

    ~GraphExec();
};

}    // namespace emulator
