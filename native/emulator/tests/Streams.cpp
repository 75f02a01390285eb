// The order of work: streams, events, page-locked memory, graphs.
#include "Driver.h"
#include <algorithm>

using check::Card;

namespace {

struct Streams {
    CUstream first, second;
    CUevent event;
    Streams() {
        OK(cuStreamCreate(&first, 1));
        OK(cuStreamCreate(&second, 1));
        OK(cuEventCreate(&event, 2));
    }
};

std::vector<float> counted(size_t n) {
    std::vector<float> values(n);
    for (size_t i = 0; i < n; i++) values[i] = (float)i;
    return values;
}

}    // namespace

CASE("an event between two streams orders them") {
    Card card;
    Streams streams;
    CUfunction kernel = card.kernel("memory.ptx", "copyKernel");
    CUdeviceptr a = card.upload(counted(100)), b = card.allocate(400), c = card.allocate(400);
    OK(card.launch(kernel, 1, 128, 0, streams.first, b, a, 100));
    OK(cuEventRecord(streams.event, streams.first));
    OK(cuStreamWaitEvent(streams.second, streams.event, 0));
    OK(card.launch(kernel, 1, 128, 0, streams.second, c, b, 100));
    OK(cuStreamSynchronize(streams.second));
    EQUAL(12.0f, card.download<float>(c, 100)[10]);
}

CASE("without the event, reading what another stream writes is found") {
    Card card;
    Streams streams;
    CUfunction kernel = card.kernel("memory.ptx", "copyKernel");
    CUdeviceptr a = card.upload(counted(100)), b = card.allocate(400), c = card.allocate(400);
    OK(card.launch(kernel, 1, 128, 0, streams.first, b, a, 100));
    OK(card.launch(kernel, 1, 128, 0, streams.second, c, b, 100));
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, cuCtxSynchronize());
    std::string said = rsnn_emulator_last_error();
    CONTAINS(said, "kernel copyKernel (number 1 of stream");
    CONTAINS(said, "an event, or a wait of the host, is missing");
}

CASE("writing what another stream still reads is found, parts that do not touch are not") {
    for (bool touches : {false, true}) {
        Card card;
        Streams streams;
        CUfunction kernel = card.kernel("memory.ptx", "copyKernel");
        CUdeviceptr a = card.upload(counted(1024)), b = card.allocate(4096);
        OK(card.launch(kernel, 4, 128, 0, streams.first, b, a, 512));
        OK(card.launch(kernel, 4, 128, 0, streams.second, touches ? a : a + 2048, b + 2048, 512));
        EQUAL(touches ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS, cuCtxSynchronize());
    }
}

CASE("the default stream waits for others, and not for non-blocking ones") {
    for (unsigned flags : {0u, 1u}) {
        Card card;
        CUstream stream;
        OK(cuStreamCreate(&stream, flags));
        CUfunction kernel = card.kernel("memory.ptx", "copyKernel");
        CUdeviceptr a = card.upload(counted(100)), b = card.allocate(400);
        OK(card.launch(kernel, 1, 128, 0, stream, b, a, 100));
        std::vector<float> found(100);
        CUresult result = cuMemcpyDtoH_v2(found.data(), b, 400);
        if (flags == 0) {
            EQUAL(CUDA_SUCCESS, result);
            EQUAL(6.0f, found[5]);
        } else {
            EQUAL(CUDA_ERROR_LAUNCH_FAILED, result == CUDA_SUCCESS ? cuCtxSynchronize() : result);
        }
    }
}

CASE("to wait for the default stream is to wait for those that it waits for") {
    Card card;
    CUstream stream;
    OK(cuStreamCreate(&stream, 0));
    CUdeviceptr a = card.upload(counted(4));
    void* pinned;
    OK(cuMemAllocHost_v2(&pinned, 16));
    OK(cuMemcpyDtoHAsync_v2(pinned, a, 16, stream));
    OK(cuStreamSynchronize(nullptr));
    EQUAL(3.0f, ((float*)pinned)[3]);
    OK(cuMemFreeHost(pinned));
}

CASE("a copy from page-locked memory happens late, one from pageable memory at once") {
    Card card;
    Streams streams;
    void* pinned;
    OK(cuMemAllocHost_v2(&pinned, 4));
    float pageable = 1;
    *(float*)pinned = 1;
    CUdeviceptr a = card.allocate(4), b = card.allocate(4);
    OK(cuMemcpyHtoDAsync_v2(a, pinned, 4, streams.first));
    OK(cuMemcpyHtoDAsync_v2(b, &pageable, 4, streams.first));
    *(float*)pinned = 2;
    pageable = 2;
    OK(cuStreamSynchronize(streams.first));
    EQUAL(2.0f, card.download<float>(a, 1)[0]);
    EQUAL(1.0f, card.download<float>(b, 1)[0]);
    // Into page-locked memory it has not happened before the stream is waited for.
    *(float*)pinned = 7;
    OK(cuMemcpyDtoHAsync_v2(pinned, a, 4, streams.first));
    EQUAL(7.0f, *(float*)pinned);
    OK(cuStreamSynchronize(streams.first));
    EQUAL(2.0f, *(float*)pinned);
    OK(cuMemFreeHost(pinned));
}

CASE("a stream is not ready until its work is done, and an event has its time") {
    Card card;
    CUstream stream;
    OK(cuStreamCreate(&stream, 1));
    CUevent from, to;
    OK(cuEventCreate(&from, 0));
    OK(cuEventCreate(&to, 0));
    OK(cuEventRecord(from, stream));
    OK(cuMemsetD32Async(card.allocate(4096), 1, 1024, stream));
    OK(cuEventRecord(to, stream));
    EQUAL(CUDA_ERROR_NOT_READY, cuStreamQuery(stream));
    while (cuStreamQuery(stream) == CUDA_ERROR_NOT_READY) {}
    float time = -1;
    OK(cuEventElapsedTime(&time, from, to));
    THAT(time >= 0);
}

CASE("memory that a stream allocates and frees belongs to its order") {
    Card card;
    Streams streams;
    CUdeviceptr a;
    OK(cuMemAllocAsync(&a, 1024, streams.first));
    OK(cuMemsetD32Async(a, 5, 256, streams.first));
    OK(cuMemFreeAsync(a, streams.first));
    OK(cuStreamSynchronize(streams.first));
    OK(cuMemAllocAsync(&a, 1024, streams.first));
    OK(cuMemsetD32Async(a, 5, 256, streams.second));
    EQUAL(CUDA_ERROR_LAUNCH_FAILED, cuCtxSynchronize());
}

CASE("a captured graph runs when it is launched, with the arguments it was captured with") {
    Card card;
    Streams streams;
    CUfunction kernel = card.kernel("memory.ptx", "copyKernel");
    CUdeviceptr a = card.upload(counted(100)), b = card.upload(std::vector<float>(100, 0));
    OK(cuStreamBeginCapture_v2(streams.first, CU_STREAM_CAPTURE_MODE_GLOBAL));
    CUstreamCaptureStatus status;
    OK(cuStreamIsCapturing(streams.first, &status));
    EQUAL(CU_STREAM_CAPTURE_STATUS_ACTIVE, status);
    int count = 100;
    CUdeviceptr to = b, from = a;
    void* arguments[] = {&to, &from, &count};
    OK(cuLaunchKernel(kernel, 1, 1, 1, 128, 1, 1, 0, streams.first, arguments, nullptr));
    to = 0, from = 0, count = 1000000;
    OK(card.launch(kernel, 1, 128, 0, streams.first, a, b, 100));
    CUgraph graph;
    CUgraphExec executable;
    OK(cuStreamEndCapture(streams.first, &graph));
    size_t nodes = 0;
    OK(cuGraphGetNodes(graph, nullptr, &nodes));
    EQUAL(2u, nodes);
    OK(cuGraphInstantiateWithFlags(&executable, graph, 0));
    OK(cuGraphDestroy(graph));
    OK(cuCtxSynchronize());
    EQUAL(0.0f, card.download<float>(b, 100)[3]);
    for (int i = 0; i < 3; i++) OK(cuGraphLaunch(executable, streams.first));
    OK(cuStreamSynchronize(streams.first));
    EQUAL(3.0f + 5, card.download<float>(b, 100)[3]);
    OK(cuGraphExecDestroy(executable));
}

CASE("a graph of two streams is ordered by its events") {
    Card card;
    Streams streams;
    CUevent back;
    OK(cuEventCreate(&back, 2));
    CUfunction kernel = card.kernel("memory.ptx", "copyKernel");
    CUdeviceptr a = card.upload(counted(64)), b = card.allocate(256), c = card.allocate(256), d = card.allocate(256);
    OK(cuStreamBeginCapture_v2(streams.first, CU_STREAM_CAPTURE_MODE_GLOBAL));
    OK(card.launch(kernel, 1, 64, 0, streams.first, b, a, 64));
    OK(cuEventRecord(streams.event, streams.first));
    OK(cuStreamWaitEvent(streams.second, streams.event, 0));
    OK(card.launch(kernel, 1, 64, 0, streams.second, c, b, 64));
    OK(card.launch(kernel, 1, 64, 0, streams.first, d, b, 64));
    CUgraph graph;
    OK(cuEventRecord(back, streams.second));
    OK(cuStreamWaitEvent(streams.first, back, 0));
    OK(card.launch(kernel, 1, 64, 0, streams.first, a, c, 64));
    OK(cuStreamEndCapture(streams.first, &graph));
    CUgraphExec executable;
    OK(cuGraphInstantiateWithFlags(&executable, graph, 0));
    for (int i = 0; i < 4; i++) OK(cuGraphLaunch(executable, streams.first));
    OK(cuStreamSynchronize(streams.first));
    EQUAL(12.0f, card.download<float>(a, 64)[0]);
}

CASE("memory that a stream is to free is there for the next allocation") {
    Card card;
    Streams streams;
    size_t free, total;
    OK(cuMemGetInfo_v2(&free, &total));
    for (int i = 0; i < 4; i++) {
        CUdeviceptr a;
        OK(cuMemAllocAsync(&a, total / 3, streams.first));
        OK(cuMemFreeAsync(a, streams.first));
    }
    OK(cuStreamSynchronize(streams.first));
}

CASE("a graph in a blocking stream is ordered by the default stream, all of it") {
    Card card;
    Streams streams;
    CUevent back;
    CUstream blocking;
    OK(cuEventCreate(&back, 2));
    OK(cuStreamCreate(&blocking, 0));
    CUdeviceptr a = card.allocate(256), b = card.allocate(256);
    OK(cuStreamBeginCapture_v2(blocking, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(cuEventRecord(streams.event, blocking));
    OK(cuStreamWaitEvent(streams.second, streams.event, 0));
    OK(cuMemcpyDtoDAsync_v2(b, a, 256, streams.second));
    OK(cuEventRecord(back, streams.second));
    OK(cuStreamWaitEvent(blocking, back, 0));
    CUgraph graph;
    CUgraphExec executable;
    OK(cuStreamEndCapture(blocking, &graph));
    OK(cuGraphInstantiateWithFlags(&executable, graph, 0));
    for (unsigned i = 1; i < 4; i++) {
        OK(cuMemsetD32_v2(a, i, 64));
        OK(cuGraphLaunch(executable, blocking));
        EQUAL(i, card.download<unsigned>(b, 64)[5]);
    }
}

CASE("a capture is refused what must not be captured") {
    Card card;
    Streams streams;
    CUgraph graph;
    CUdeviceptr a;
    OK(cuStreamBeginCapture_v2(streams.first, CU_STREAM_CAPTURE_MODE_GLOBAL));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuMemAlloc_v2(&a, 4));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(streams.first, &graph));

    OK(cuStreamBeginCapture_v2(streams.first, CU_STREAM_CAPTURE_MODE_GLOBAL));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamSynchronize(streams.first));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(streams.first, &graph));

    OK(cuStreamBeginCapture_v2(streams.first, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(cuMemAlloc_v2(&a, 400));
    OK(cuEventRecord(streams.event, streams.first));
    OK(cuStreamWaitEvent(streams.second, streams.event, 0));
    OK(cuMemsetD32Async(a, 1, 100, streams.second));
    EQUAL(CUDA_ERROR_CAPTURED_EVENT, cuEventSynchronize(streams.event));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, cuStreamEndCapture(streams.first, &graph));

    OK(cuEventRecord(streams.event, streams.second));
    OK(cuStreamBeginCapture_v2(streams.first, CU_STREAM_CAPTURE_MODE_RELAXED));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, cuStreamWaitEvent(streams.first, streams.event, 0));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(streams.first, &graph));

    EQUAL(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamBeginCapture_v2(nullptr, CU_STREAM_CAPTURE_MODE_GLOBAL));
    CUstream blocking;
    OK(cuStreamCreate(&blocking, 0));
    OK(cuStreamBeginCapture_v2(blocking, CU_STREAM_CAPTURE_MODE_RELAXED));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, cuMemsetD32Async(a, 1, 100, nullptr));
    EQUAL(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(blocking, &graph));
}
