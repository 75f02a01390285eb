using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>
/// Memory of a piece of work whose size depends on the network or on T, which no stack is sure to hold: each thread keeps some, and a piece
/// gives back at its end what it has taken. Aligned to cache lines; what is in it is left from before.
/// </summary>
internal readonly unsafe ref struct PieceMemory : IDisposable
{
    private const long CacheLine = 64;

    [ThreadStatic]
    private static Store? ofThread;

    private readonly Store store;
    private readonly int chunk;
    private readonly long used;

    private PieceMemory(Store store)
    {
        this.store = store;
        (chunk, used) = (store.Chunk, store.Used);
    }

    /// <summary>Begins to take memory of this thread, until it is disposed.</summary>
    public static PieceMemory Begin() => new(ofThread ??= new Store());

    public float* Floats(long count) => (float*)store.Take(checked(count * sizeof(float)));

    public double* Doubles(long count) => (double*)store.Take(checked(count * sizeof(double)));

    public long* Longs(long count) => (long*)store.Take(checked(count * sizeof(long)));

    public int* Integers(long count) => (int*)store.Take(checked(count * sizeof(int)));

    public ushort* Words(long count) => (ushort*)store.Take(checked(count * sizeof(ushort)));

    public byte* Bytes(long count) => (byte*)store.Take(count);

    public void Dispose() => store.Return(chunk, used);

    /// <summary>Chunks that stay where they are, so that what was taken stays valid while more is taken.</summary>
    private sealed class Store
    {
        private const long SmallestChunk = 64 << 10;

        private readonly List<(nint Memory, long Bytes)> chunks = [];

        ~Store()
        {
            foreach (var (memory, _) in chunks)
            {
                NativeMemory.AlignedFree((void*)memory);
            }
        }

        public int Chunk { get; private set; }

        public long Used { get; private set; }

        public void* Take(long bytes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(bytes);
            var size = checked((Math.Max(bytes, 1) + CacheLine - 1) / CacheLine * CacheLine);
            while (Chunk < chunks.Count && Used + size > chunks[Chunk].Bytes)
            {
                (Chunk, Used) = (Chunk + 1, 0);
            }

            if (Chunk == chunks.Count)
            {
                var room = Math.Max(size, chunks.Count == 0 ? SmallestChunk : 2 * chunks[^1].Bytes);
                chunks.Add(((nint)NativeMemory.AlignedAlloc((nuint)room, (nuint)CacheLine), room));
            }

            var at = (byte*)chunks[Chunk].Memory + Used;
            Used += size;
            return at;
        }

        public void Return(int chunk, long used) => (Chunk, Used) = (chunk, used);
    }
}
