namespace RobustSnn.Ranks.Transport;

/// <summary>Ranks that are threads of one process: a message is copied when its send and its receive have both begun, and neither is done before.</summary>
internal sealed class Hub(int count)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(int From, int To, Topic Topic), (Queue<int> Sends, Queue<int> Receives)> boxes = [];
    private readonly List<Request> requests = [];
    private readonly Stack<int> free = [];

    private int Count => count;

    public ITransport Transport(int rank) => new OfRank(this, rank);

    private unsafe int Begin((int From, int To, Topic Topic) box, bool sends, nint data, int length)
    {
        lock (gate)
        {
            if (!boxes.TryGetValue(box, out var waiting))
            {
                boxes[box] = waiting = (new Queue<int>(), new Queue<int>());
            }

            var request = Take(new Request(data, length, IsDone: false));
            if ((sends ? waiting.Receives : waiting.Sends).TryDequeue(out var other))
            {
                var (sending, receiving) = sends ? (request, other) : (other, request);
                var (source, target) = (requests[sending], requests[receiving]);
                Buffer.MemoryCopy((void*)source.Data, (void*)target.Data, target.Length, Math.Min(source.Length, target.Length));
                requests[sending] = source with { IsDone = true };
                requests[receiving] = target with { IsDone = true, Length = source.Length };
            }
            else
            {
                (sends ? waiting.Sends : waiting.Receives).Enqueue(request);
            }

            return request;
        }
    }

    private int Take(Request request)
    {
        if (free.TryPop(out var index))
        {
            requests[index] = request;
            return index;
        }

        requests.Add(request);
        return requests.Count - 1;
    }

    private bool IsDone(int request, out int received)
    {
        lock (gate)
        {
            received = requests[request].Length;
            if (requests[request].IsDone)
            {
                free.Push(request);
                return true;
            }

            return false;
        }
    }

    private readonly record struct Request(nint Data, int Length, bool IsDone);

    private sealed class OfRank(Hub hub, int rank) : ITransport
    {
        public int Rank => rank;

        public int Count => hub.Count;

        public string Description => "threads of one process";

        public int Send(int peer, Topic topic, nint data, int length) => hub.Begin((rank, peer, topic), sends: true, data, length);

        public int Receive(int peer, Topic topic, nint data, int capacity) => hub.Begin((peer, rank, topic), sends: false, data, capacity);

        public bool IsDone(int request, out int received) => hub.IsDone(request, out received);

        public void Close()
        {
        }

        public void Abort()
        {
        }
    }
}
