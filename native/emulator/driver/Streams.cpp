// Streams, events and the profiler's marks.
#include "Graphs.h"
#include <algorithm>

using namespace emulator;

namespace {

void requireNotCapturing(Stream& stream, const char* what) {
    if (!stream.capture) return;
    stream.capture->isSpoiled = true;
    throw Refusal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, std::string(what) + ": the stream is being captured");
}

void requireNotCaptured(const Event& event) {
    if (event.capture) throw Refusal(CUDA_ERROR_CAPTURED_EVENT, "the event was recorded while a stream was captured");
}

CUresult create(CUstream* handle, unsigned flags, int priority) {
    return call([&](Machine& machine) {
        require(handle, "the stream");
        if (flags > 1) invalid("a stream has no flags " + std::to_string(flags));
        *handle = reinterpret_cast<CUstream>(machine.queue->create(flags == 0, priority));
    });
}

CUresult record(CUevent eventHandle, CUstream streamHandle) {
    return call([&](Machine& machine) {
        Event& event = machine.event(eventHandle);
        Stream& stream = machine.stream(streamHandle);
        if (!stream.capture) return machine.queue->record(event, stream);
        if (stream.capture->isSpoiled)
            throw Refusal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture has been spoiled by a call before");
        event.capture = stream.capture->number;
        event.capturedAfter = stream.capture->heads[&stream];
    });
}

Capture* captureOf(Machine& machine, const Event& event) {
    for (Capture* capture : machine.captures) {
        if (capture->number == event.capture) return capture;
    }
    invalid("the event was recorded in a capture that has ended");
}

}    // namespace

EMULATOR_EXPORT CUresult cuStreamCreate(CUstream* stream, unsigned flags) { return create(stream, flags, 0); }
EMULATOR_EXPORT CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int priority) {
    return create(stream, flags, priority);
}

EMULATOR_EXPORT CUresult cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    return call([&](Machine&) {
        if (least) *least = 0;
        if (greatest) *greatest = -5;
    });
}

EMULATOR_EXPORT CUresult cuStreamDestroy_v2(CUstream handle) {
    return call([&](Machine& machine) {
        Stream& stream = machine.stream(handle);
        if (&stream == machine.queue->defaultStream()) throw Refusal(CUDA_ERROR_INVALID_HANDLE, "the default stream cannot be destroyed");
        requireNotCapturing(stream, "cuStreamDestroy");
        machine.queue->destroy(&stream);
    });
}

EMULATOR_EXPORT CUresult cuStreamSynchronize(CUstream handle) {
    return call([&](Machine& machine) {
        Stream& stream = machine.stream(handle);
        requireNotCapturing(stream, "cuStreamSynchronize");
        machine.requireNoCapture("cuStreamSynchronize");
        machine.queue->wait(stream);
    });
}

EMULATOR_EXPORT CUresult cuStreamQuery(CUstream handle) {
    return call([&](Machine& machine) {
        Stream& stream = machine.stream(handle);
        requireNotCapturing(stream, "cuStreamQuery");
        machine.requireNoCapture("cuStreamQuery");
        if (!machine.queue->poll(stream)) throw Refusal(CUDA_ERROR_NOT_READY, "the stream has work left");
    });
}

EMULATOR_EXPORT CUresult cuStreamGetCtx(CUstream handle, CUcontext* context) {
    return call([&](Machine& machine) {
        require(context, "the context");
        machine.stream(handle);
        *context = primaryContext();
    });
}

EMULATOR_EXPORT CUresult cuStreamGetFlags(CUstream handle, unsigned* flags) {
    return call([&](Machine& machine) {
        require(flags, "the flags");
        *flags = machine.stream(handle).waitsForDefault ? 0 : 1;
    });
}

EMULATOR_EXPORT CUresult cuStreamGetPriority(CUstream handle, int* priority) {
    return call([&](Machine& machine) {
        require(priority, "the priority");
        *priority = machine.stream(handle).priority;
    });
}

EMULATOR_EXPORT CUresult cuStreamWaitEvent(CUstream streamHandle, CUevent eventHandle, unsigned) {
    return call([&](Machine& machine) {
        Stream& stream = machine.stream(streamHandle);
        Event& event = machine.event(eventHandle);
        if (event.capture) {
            Capture* capture = captureOf(machine, event);
            if (stream.capture && stream.capture != capture) {
                throw Refusal(CUDA_ERROR_STREAM_CAPTURE_MERGE, "the stream and the event belong to different captures");
            }
            return capture->join(stream, event.capturedAfter);
        }
        if (stream.capture) {
            stream.capture->isSpoiled = true;
            throw Refusal(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "a stream that is captured waits for an event that is not");
        }
        Queue::follow(stream, event);
    });
}

EMULATOR_EXPORT CUresult cuEventCreate(CUevent* handle, unsigned flags) {
    return call([&](Machine& machine) {
        require(handle, "the event");
        if (flags > 7) invalid("an event has no flags " + std::to_string(flags));
        auto event = std::make_shared<Event>();
        event->hasTime = (flags & 2) == 0;
        machine.events[event.get()] = event;
        *handle = reinterpret_cast<CUevent>(event.get());
    });
}

EMULATOR_EXPORT CUresult cuEventDestroy_v2(CUevent handle) {
    return call([&](Machine& machine) { machine.events.erase(&machine.event(handle)); });
}

EMULATOR_EXPORT CUresult cuEventRecord(CUevent event, CUstream stream) { return record(event, stream); }
EMULATOR_EXPORT CUresult cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned) { return record(event, stream); }

EMULATOR_EXPORT CUresult cuEventSynchronize(CUevent handle) {
    return call([&](Machine& machine) {
        Event& event = machine.event(handle);
        requireNotCaptured(event);
        machine.requireNoCapture("cuEventSynchronize");
        machine.queue->wait(event);
    });
}

EMULATOR_EXPORT CUresult cuEventQuery(CUevent handle) {
    return call([&](Machine& machine) {
        Event& event = machine.event(handle);
        requireNotCaptured(event);
        machine.requireNoCapture("cuEventQuery");
        if (!machine.queue->poll(event)) throw Refusal(CUDA_ERROR_NOT_READY, "the event has not happened");
    });
}

static CUresult elapsedTime(float* milliseconds, CUevent fromHandle, CUevent toHandle) {
    return call([&](Machine& machine) {
        require(milliseconds, "the time");
        Event &from = machine.event(fromHandle), &to = machine.event(toHandle);
        if (!from.hasTime || !to.hasTime || !from.isRecorded || !to.isRecorded) {
            throw Refusal(CUDA_ERROR_INVALID_HANDLE, "an event has no time, or has not been recorded");
        }
        if (*from.time == 0 || *to.time == 0) throw Refusal(CUDA_ERROR_NOT_READY, "an event has not happened");
        *milliseconds = (float)(*to.time - *from.time);
    });
}

EMULATOR_EXPORT CUresult cuEventElapsedTime(float* milliseconds, CUevent from, CUevent to) { return elapsedTime(milliseconds, from, to); }
EMULATOR_EXPORT CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent from, CUevent to) {
    return elapsedTime(milliseconds, from, to);
}
