using System.Buffers.Binary;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// A file of torch.save before PyTorch 1.6: pickles one behind the other – a magic number, the version of the format, what machine wrote it,
/// the object, the keys of its storages – and then each storage in the order of those keys, its number of elements and the elements.
/// </summary>
internal sealed class PytorchSequence : PytorchStorages
{
    private const long Version = 1001;

    /// <summary>What it begins with: 0x1950a86a20f9469cfc6c, as protocol 2 pickles it.</summary>
    public static readonly byte[] MagicNumber = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    private readonly byte[] bytes;
    private readonly Dictionary<string, (int Start, int Length)> places = new(StringComparer.Ordinal);

    /// <param name="file">Its name, for messages.</param>
    /// <param name="bytes">All of it.</param>
    /// <exception cref="BadInputException">It is of another version or byte order, damaged, or holds storages that are not read.</exception>
    public PytorchSequence(string file, byte[] bytes)
        : base(file, bytes.Length)
    {
        this.bytes = bytes;
        var pickles = new PickleReader(file, bytes, MagicNumber.Length);
        if (pickles.ReadNext() is not Version)
        {
            throw Bad($"expected version {Version} of the format of torch.save before PyTorch 1.6; load it in PyTorch and save it again with a newer one");
        }

        if (pickles.ReadNext() is not PickleDictionary machine || machine.Items.GetValueOrDefault("little_endian") is not true)
        {
            throw Bad("expected what a little-endian machine wrote, found another; save the file again on a little-endian machine");
        }

        Root = pickles.ReadNext();
        if (pickles.ReadNext() is not List<object?> keys)
        {
            throw Bad("expected the list of the storages' keys behind the object, found another object; the file is damaged");
        }

        FindStorages(pickles, keys);
    }

    /// <summary>What was saved.</summary>
    public object? Root { get; }

    protected override byte[] Elements(string key)
    {
        if (!places.TryGetValue(key, out (int Start, int Length) place))
        {
            throw Bad($"{Place(key)} is missing");
        }

        Charge(place.Length, Place(key));
        return bytes.AsSpan(place.Start, place.Length).ToArray();
    }

    protected override string Place(string key) => $"storage '{key}'";

    private void FindStorages(PickleReader pickles, List<object?> keys)
    {
        var types = new Dictionary<string, ElementType>(StringComparer.Ordinal);
        foreach (PickleStorage storage in pickles.Storages)
        {
            if (!types.TryAdd(storage.Key, storage.Type) && types[storage.Key] != storage.Type)
            {
                throw Bad($"{Place(storage.Key)} expected one kind of elements, found {types[storage.Key]} and {storage.Type}; the file is damaged");
            }
        }

        int position = pickles.Position;
        foreach (object? key in keys)
        {
            // What has elements that are not read has no known length, and whatever follows it no known place.
            if (key is not string name || !types.TryGetValue(name, out ElementType type))
            {
                throw Bad($"storage {PickleValue.Describe(key)} expected elements of {string.Join(", ", PickleGlobal.Storages.Values)}, found others; "
                    + "save the state_dict alone: torch.save(model.state_dict(), \"model.pth\")");
            }

            long count = position <= bytes.Length - sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(position)) : -1;
            position += sizeof(long);
            if (count < 0 || (Int128)count * type.Bytes() > bytes.Length - position || !places.TryAdd(name, (position, (int)count * type.Bytes())))
            {
                throw Bad($"{Place(name)} expected once, with all its elements, before the end of the file; the file is cut short or damaged");
            }

            position += (int)count * type.Bytes();
        }

        if (position != bytes.Length)
        {
            throw Bad($"{bytes.Length - position} bytes follow the last storage; the file is damaged");
        }
    }
}
