// Capturing streams into graphs, and replaying them.
#include "Graphs.h"
#include <algorithm>
#include <set>

namespace emulator {

void Capture::add(Stream& stream, Work work) {
    auto& after = heads[&stream];
    graph->nodes.push_back({std::move(work), after, chains[&stream]});
    after = {graph->nodes.size() - 1};
}

// A stream that waits for an event of the capture is captured from here on.
void Capture::join(Stream& stream, const std::vector<size_t>& after) {
    if (!stream.capture) {
        stream.capture = this;
        if (!chains.contains(&stream)) chains[&stream] = graph->chains++;
    }
    auto& own = heads[&stream];
    for (size_t node : after) {
        if (std::find(own.begin(), own.end(), node) == own.end()) own.push_back(node);
    }
}

GraphExec::~GraphExec() {
    for (Stream* stream : streams) Machine::get().queue->destroy(stream);
}

namespace {

uint64_t captureCount = 0;

// All nodes that come before one of these, and these.
std::set<size_t> before(const Graph& graph, const std::vector<size_t>& nodes) {
    std::set<size_t> all;
    std::vector<size_t> open = nodes;
    while (!open.empty()) {
        size_t node = open.back();
        open.pop_back();
        if (!all.insert(node).second) continue;
        open.insert(open.end(), graph.nodes[node].after.begin(), graph.nodes[node].after.end());
    }
    return all;
}

void begin(Machine& machine, CUstream handle, CUstreamCaptureMode mode) {
    Stream& stream = machine.stream(handle);
    if (&stream == machine.queue->defaultStream()) {
        throw Refusal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the default stream cannot be captured");
    }
    if (stream.capture) throw Refusal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the stream is being captured already");
    if (mode < 0 || mode > 2) invalid("there is no mode " + std::to_string(mode));
    auto* capture = new Capture{++captureCount, std::make_unique<Graph>(), &stream, mode, std::this_thread::get_id(), false, {}, {}};
    capture->heads[&stream] = {};
    capture->chains[&stream] = 0;
    stream.capture = capture;
    machine.captures.insert(capture);
}

void end(Machine& machine, CUstream handle, CUgraph* result) {
    require(result, "the graph");
    *result = nullptr;
    Stream& stream = machine.stream(handle);
    Capture* capture = stream.capture;
    if (!capture) throw Refusal(CUDA_ERROR_INVALID_VALUE, "the stream is not being captured");
    if (capture->origin != &stream) {
        capture->isSpoiled = true;
        throw Refusal(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "the capture began in another stream");
    }
    if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED && capture->thread != std::this_thread::get_id()) {
        throw Refusal(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "the capture began on another thread of the host");
    }
    std::unique_ptr<Capture> owned(capture);
    machine.captures.erase(capture);
    std::set<size_t> reached = before(*capture->graph, capture->heads[&stream]);
    bool isJoined = true;
    for (auto& [other, heads] : capture->heads) {
        if (machine.queue->has(other)) other->capture = nullptr;
        for (size_t node : heads) isJoined &= reached.contains(node);
    }
    if (capture->isSpoiled)
        throw Refusal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "a call was made that must not be made while a stream is captured");
    if (!isJoined)
        throw Refusal(CUDA_ERROR_STREAM_CAPTURE_UNJOINED,
                      "the first stream does not wait for the work of another that was drawn into the capture");
    Graph* graph = capture->graph.release();
    machine.graphs.insert(graph);
    *result = reinterpret_cast<CUgraph>(graph);
}

Graph& graphOf(Machine& machine, CUgraph handle) {
    auto* graph = reinterpret_cast<Graph*>(handle);
    if (!machine.graphs.contains(graph)) throw Refusal(CUDA_ERROR_INVALID_VALUE, "the graph does not exist");
    return *graph;
}

GraphExec& executableOf(Machine& machine, CUgraphExec handle) {
    auto* executable = reinterpret_cast<GraphExec*>(handle);
    if (!machine.executables.contains(executable)) throw Refusal(CUDA_ERROR_INVALID_VALUE, "the executable graph does not exist");
    return *executable;
}

// The graph's work goes into the capture of another, behind what is there.
void insert(Stream& stream, const GraphExec& executable) {
    Capture& capture = *stream.capture;
    size_t first = capture.graph->nodes.size();
    std::vector<size_t> head = capture.heads[&stream], ends;
    for (size_t i = 0; i < executable.nodes.size(); i++) {
        Node node = executable.nodes[i];
        for (size_t& before : node.after) before += first;
        if (node.after.empty()) node.after = head;
        node.chain = capture.chains[&stream];
        capture.graph->nodes.push_back(std::move(node));
        ends.push_back(first + i);
    }
    if (!ends.empty()) capture.heads[&stream] = ends;
}

// Chains of the graph go into streams of their own, ordered by the clocks of what each node comes behind.
void launch(Machine& machine, GraphExec& executable, Stream& stream) {
    Queue& queue = *machine.queue;
    Clock start = queue.before(stream);
    merge(start, executable.last);
    std::vector<Clock> clocks;
    for (const Node& node : executable.nodes) {
        Stream& place = node.chain == 0 ? stream : *executable.streams[node.chain - 1];
        Clock after = start;
        for (size_t before : node.after) merge(after, clocks[before]);
        queue.addAfter(place, after, node.work);
        clocks.push_back(place.clock);
    }
    Clock all = start;
    for (const Clock& clock : clocks) merge(all, clock);
    if (!executable.streams.empty() || executable.nodes.empty()) queue.addAfter(stream, all, {"graph", [](Turn&) {}});
    merge(all, stream.clock);
    executable.last = all;
}

CUresult instantiate(CUgraphExec* result, CUgraph handle) {
    return call([&](Machine& machine) {
        require(result, "the executable graph");
        Graph& graph = graphOf(machine, handle);
        auto* executable = new GraphExec{graph.nodes, {}, {}};
        for (size_t i = 1; i < graph.chains; i++) executable->streams.push_back(machine.queue->create(false, 0));
        machine.executables.insert(executable);
        *result = reinterpret_cast<CUgraphExec>(executable);
    });
}

}    // namespace
}    // namespace emulator

using namespace emulator;

EMULATOR_EXPORT CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) {
    return call([&](Machine& machine) { begin(machine, stream, mode); });
}

EMULATOR_EXPORT CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
    return call([&](Machine& machine) { end(machine, stream, graph); });
}

EMULATOR_EXPORT CUresult cuStreamIsCapturing(CUstream handle, CUstreamCaptureStatus* status) {
    return call([&](Machine& machine) {
        require(status, "the status");
        Capture* capture = machine.stream(handle).capture;
        *status = !capture             ? CU_STREAM_CAPTURE_STATUS_NONE
                  : capture->isSpoiled ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                       : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    });
}

EMULATOR_EXPORT CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, unsigned long long) {
    return instantiate(executable, graph);
}

// The older forms, which some callers still know.
EMULATOR_EXPORT CUresult cuGraphInstantiate_v2(CUgraphExec* executable, CUgraph graph, CUgraphNode* failed, char* log, size_t room) {
    if (failed) *failed = nullptr;
    if (log && room) *log = 0;
    return instantiate(executable, graph);
}

EMULATOR_EXPORT CUresult cuGraphLaunch(CUgraphExec handle, CUstream streamHandle) {
    return call([&](Machine& machine) {
        GraphExec& executable = executableOf(machine, handle);
        Stream& stream = machine.stream(streamHandle);
        if (stream.capture) insert(stream, executable);
        else launch(machine, executable, stream);
    });
}

EMULATOR_EXPORT CUresult cuGraphUpload(CUgraphExec handle, CUstream stream) {
    return call([&](Machine& machine) {
        executableOf(machine, handle);
        machine.stream(stream);
    });
}

EMULATOR_EXPORT CUresult cuGraphExecDestroy(CUgraphExec handle) {
    return call([&](Machine& machine) {
        GraphExec& executable = executableOf(machine, handle);
        machine.executables.erase(&executable);
        delete &executable;
    });
}

EMULATOR_EXPORT CUresult cuGraphDestroy(CUgraph handle) {
    return call([&](Machine& machine) {
        Graph& graph = graphOf(machine, handle);
        machine.graphs.erase(&graph);
        delete &graph;
    });
}

// Without room for nodes their number is given.
EMULATOR_EXPORT CUresult cuGraphGetNodes(CUgraph handle, CUgraphNode* nodes, size_t* count) {
    return call([&](Machine& machine) {
        require(count, "the number of nodes");
        Graph& graph = graphOf(machine, handle);
        if (nodes) {
            for (size_t i = 0; i < *count; i++)
                nodes[i] = i < graph.nodes.size() ? reinterpret_cast<CUgraphNode>(&graph.nodes[i]) : nullptr;
            *count = std::min(*count, graph.nodes.size());
        } else {
            *count = graph.nodes.size();
        }
    });
}
