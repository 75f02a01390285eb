using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>The storages of a file of torch.save, and the tensors that are views of them.</summary>
internal abstract class PytorchStorages(string file, long fileLength)
{
    // Expanded views repeat a storage's elements, and a forged archive may list the same bytes many times: this bounds what a small file
    // can make us allocate. Below the least bound, an honest file of few elements may expand them as it likes.
    private const long MaximumGrowth = 16;
    private const long LeastBound = 64 << 20;

    private readonly Dictionary<string, byte[]> storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HostTensor> views = new(StringComparer.Ordinal);
    private long allowance = Math.Max(checked(fileLength * MaximumGrowth), LeastBound);

    /// <summary>The elements that a view picks from its storage, row-major. Tied tensors, the same view of one storage, share them.</summary>
    public HostTensor Load(string name, PickleTensor tensor)
    {
        if (views.TryGetValue(Key(tensor), out HostTensor? tied))
        {
            return tied.Renamed(name);
        }

        int size = tensor.Storage.Type.Bytes();
        int[] dimensions = CheckView(name, tensor);
        byte[] storage = Storage(name, tensor.Storage);
        Charge(dimensions.Aggregate(1L, (product, dimension) => product * dimension) * size, $"tensor '{name}'");
        var loaded = new HostTensor(name, tensor.Storage.Type, dimensions, Gather(storage, tensor, dimensions, size));
        views.Add(Key(tensor), loaded);
        return loaded;
    }

    // The storage's own key is free text, and so comes last.
    private static string Key(PickleTensor tensor) =>
        $"{tensor.Storage.Type} {tensor.Storage.Count} {tensor.Offset} [{string.Join(' ', tensor.Dimensions)}] "
        + $"[{string.Join(' ', tensor.Strides)}] {tensor.Storage.Key}";

    private int[] CheckView(string name, PickleTensor tensor)
    {
        if (tensor.Dimensions.Length != tensor.Strides.Length)
        {
            throw Bad($"tensor '{name}': {tensor.Dimensions.Length} dimensions but {tensor.Strides.Length} strides");
        }

        // Int128 products of two non-negative longs cannot overflow, and each is refused before the next.
        bool empty = tensor.Dimensions.Contains(0);
        Int128 last = tensor.Offset, bytes = tensor.Storage.Type.Bytes();
        for (int i = 0; i < tensor.Dimensions.Length; i++)
        {
            last += empty ? 0 : (Int128)(tensor.Dimensions[i] - 1) * tensor.Strides[i];
            bytes = empty ? 0 : bytes * tensor.Dimensions[i];
            if (tensor.Dimensions[i] > int.MaxValue || bytes > Array.MaxLength)
            {
                throw Bad($"tensor '{name}': [{string.Join(", ", tensor.Dimensions)}] is larger than {Array.MaxLength} bytes");
            }
        }

        if (tensor.Offset < 0 || (!empty && last >= tensor.Storage.Count))
        {
            throw Bad(
                $"tensor '{name}': [{string.Join(", ", tensor.Dimensions)}] from element {tensor.Offset} with strides "
                + $"[{string.Join(", ", tensor.Strides)}] does not fit its storage of {tensor.Storage.Count} elements");
        }

        return Array.ConvertAll(tensor.Dimensions, dimension => (int)dimension);
    }

    private static byte[] Gather(byte[] storage, PickleTensor tensor, int[] dimensions, int size)
    {
        int count = dimensions.Aggregate(1, (product, dimension) => product * dimension);
        var bytes = new byte[count * size];
        var index = new int[dimensions.Length];
        long source = tensor.Offset;
        for (int i = 0; i < count; i++)
        {
            storage.AsSpan((int)(source * size), size).CopyTo(bytes.AsSpan(i * size, size));
            for (int axis = dimensions.Length - 1; axis >= 0; axis--)
            {
                source += tensor.Strides[axis];
                if (++index[axis] < dimensions[axis])
                {
                    break;
                }

                source -= index[axis] * tensor.Strides[axis];
                index[axis] = 0;
            }
        }

        return bytes;
    }

    private byte[] Storage(string name, PickleStorage storage)
    {
        if (!storages.TryGetValue(storage.Key, out byte[]? bytes))
        {
            bytes = Elements(storage.Key);
            storages.Add(storage.Key, bytes);
        }

        Int128 expected = (Int128)storage.Count * storage.Type.Bytes();
        if (expected != bytes.Length)
        {
            throw Bad($"tensor '{name}': {Place(storage.Key)}: expected {expected} bytes ({storage.Count} × {storage.Type}), found {bytes.Length}");
        }

        if (storage.Type == ElementType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw Bad($"tensor '{name}': {Place(storage.Key)}: expected bool bytes 0 or 1, found another value");
        }

        return bytes;
    }

    /// <summary>The bytes of a storage, which count (<see cref="Charge"/>).</summary>
    protected abstract byte[] Elements(string key);

    /// <summary>Where a storage is, for messages.</summary>
    protected abstract string Place(string key);

    /// <summary>Refuses what would make more of the file than it may.</summary>
    protected void Charge(long bytes, string what)
    {
        allowance -= bytes;
        if (allowance < 0)
        {
            throw Bad(
                $"{what}: what the file describes is more than {MaximumGrowth} times as large as the file, and more than "
                + $"{LeastBound >> 20} MiB; save copies of expanded tensors (tensor.contiguous())");
        }
    }

    protected BadInputException Bad(string problem) => new($"{file}: {problem}");
}
