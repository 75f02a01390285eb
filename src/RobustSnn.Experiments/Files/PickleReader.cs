using System.Buffers.Binary;
using System.Text;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// Reads the pickle of a state_dict without running it: only the opcodes that dictionaries of tensors and of a training's settings need.
/// What another global than those of <see cref="PickleGlobal"/> would make is a <see cref="PickleRefused"/>, whatever is done to it, so
/// that whoever needs it can say where it stands; every other opcode is refused by name and offset. See Python's Lib/pickletools.py.
/// </summary>
/// <param name="start">Where the first pickle begins.</param>
internal sealed class PickleReader(string file, byte[] program, int start = 0)
{
    // PyTorch's own limit; without one, a long tuple used by many tensors would be copied for each.
    private const int MaximumDimensions = 64;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly List<PickleStorage> storages = [];
    private PickleStack stack = new();
    private Dictionary<long, object?> memo = [];
    private int position = start;
    private int opcodeStart;

    /// <summary>The storages that tensors were made of so far.</summary>
    public IReadOnlyList<PickleStorage> Storages => storages;

    /// <summary>Where the next pickle begins, or what follows the last.</summary>
    public int Position => position;

    /// <summary>The one object that the pickle builds, with nothing behind it.</summary>
    /// <exception cref="BadInputException">Anything outside the subset.</exception>
    public object? Read()
    {
        object? root = ReadNext();
        return position == program.Length ? root : throw Bad($"{program.Length - position} bytes follow the end of the pickle");
    }

    /// <summary>The one object that the next pickle builds.</summary>
    /// <exception cref="BadInputException">Anything outside the subset.</exception>
    public object? ReadNext()
    {
        (stack, memo) = (new PickleStack(), []);
        while (true)
        {
            opcodeStart = position;
            var opcode = (PickleOpcode)Take(1)[0];
            if (opcode == PickleOpcode.Stop)
            {
                return Finish();
            }

            try
            {
                Step(opcode);
            }
            catch (PickleStackException exception)
            {
                throw Bad($"opcode {opcode.Name()}: {exception.Message}");
            }
        }
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(Take(1)[0]); break;
            case PickleOpcode.Frame: CheckFrame(BinaryPrimitives.ReadUInt64LittleEndian(Take(8))); break;
            case PickleOpcode.Mark: stack.Mark(); break;
            case PickleOpcode.None: stack.Push(null); break;
            case PickleOpcode.Newtrue: stack.Push(true); break;
            case PickleOpcode.Newfalse: stack.Push(false); break;
            case PickleOpcode.Binint: stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case PickleOpcode.Binint1: stack.Push((long)Take(1)[0]); break;
            case PickleOpcode.Binint2: stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case PickleOpcode.Long1: stack.Push(WholeNumber(Take(Take(1)[0]))); break;
            case PickleOpcode.Binfloat: stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case PickleOpcode.Binunicode: stack.Push(Text(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break;
            case PickleOpcode.ShortBinunicode: stack.Push(Text(Take(Take(1)[0]))); break;
            case PickleOpcode.ShortBinbytes: stack.Push(Take(Take(1)[0]).ToArray()); break;
            case PickleOpcode.Binbytes: stack.Push(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))).ToArray()); break;
            case PickleOpcode.EmptyTuple: stack.Push(new PickleTuple([])); break;
            case PickleOpcode.Tuple1: stack.Push(new PickleTuple(stack.Pop(1))); break;
            case PickleOpcode.Tuple2: stack.Push(new PickleTuple(stack.Pop(2))); break;
            case PickleOpcode.Tuple3: stack.Push(new PickleTuple(stack.Pop(3))); break;
            case PickleOpcode.Tuple: stack.Push(new PickleTuple(stack.PopToMark())); break;
            case PickleOpcode.EmptyList: stack.Push(new List<object?>()); break;
            case PickleOpcode.Append: Append(stack.Pop(1)); break;
            case PickleOpcode.Appends: Append(stack.PopToMark()); break;
            case PickleOpcode.EmptyDict: stack.Push(new PickleDictionary()); break;
            case PickleOpcode.Setitem: SetItems(stack.Pop(2)); break;
            case PickleOpcode.Setitems: SetItems(stack.PopToMark()); break;
            case PickleOpcode.Binput: memo[Take(1)[0]] = stack.Peek(); break;
            case PickleOpcode.LongBinput: memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = stack.Peek(); break;
            case PickleOpcode.Memoize: memo[memo.Count] = stack.Peek(); break;
            case PickleOpcode.Binget: stack.Push(Recall(Take(1)[0])); break;
            case PickleOpcode.LongBinget: stack.Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case PickleOpcode.Global: stack.Push(Global(Line(), Line())); break;
            case PickleOpcode.StackGlobal: stack.Push(StackGlobal(stack.Pop(2))); break;
            case PickleOpcode.Binpersid: stack.Push(Storage(stack.Pop(1)[0])); break;
            case PickleOpcode.Reduce: stack.Push(Reduce(stack.Pop(2))); break;
            case PickleOpcode.Newobj: stack.Push(NewObject(stack.Pop(2)[0])); break;
            case PickleOpcode.Build: Build(stack.Pop(1)[0]); break;
            default: throw Bad($"opcode {opcode.Name()} is refused: a state_dict does not need it");
        }
    }

    private object? Finish() => stack.Last() is [var root] ? root : throw Bad("the pickle ends with other than one object");

    private void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
        {
            throw Bad($"expected pickle protocol 2 to 5, found {protocol}");
        }
    }

    private void CheckFrame(ulong length)
    {
        if (length > (ulong)(program.Length - position))
        {
            throw Bad($"expected a frame of at most {program.Length - position} bytes, found {length}");
        }
    }

    private void Append(object?[] items)
    {
        if (stack.Peek() is PickleRefused)
        {
            return;
        }

        if (stack.Peek() is not List<object?> list)
        {
            throw Bad("items are appended to something that is no list");
        }

        list.AddRange(items);
    }

    private void SetItems(object?[] pairs)
    {
        if (stack.Peek() is PickleRefused)
        {
            return;
        }

        if (stack.Peek() is not PickleDictionary dictionary || pairs.Length % 2 != 0)
        {
            throw Bad("items are set on something that is no dictionary, or a key has no value");
        }

        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] is not (string or long))
            {
                throw Bad($"expected a string or whole number as dictionary key, found {PickleValue.Describe(pairs[i])}");
            }

            dictionary.Items[pairs[i]!] = pairs[i + 1];
        }
    }

    private object? Recall(long index) =>
        memo.TryGetValue(index, out object? value) ? value : throw Bad($"memo {index} is used before it is set");

    private object StackGlobal(object?[] names) =>
        names is [string module, string name] ? Global(module, name) : throw Bad("expected two strings naming a global");

    private object Global(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return global.IsKnown ? global : new PickleRefused(global, opcodeStart);
    }

    // Before PyTorch 1.6 a sixth item says whether the storage is a part of another.
    private object Storage(object? id)
    {
        switch (id)
        {
            case PickleTuple { Items: ["storage", PickleRefused refused, ..] }:
                return refused;
            case PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, .. [] or [null]] }
                when count >= 0 && PickleGlobal.Storages.TryGetValue(type, out ElementType elementType):
                var storage = new PickleStorage(elementType, key, count);
                storages.Add(storage);
                return storage;
            default:
                throw Bad("expected a persistent id ('storage', storage class, key, location, count)");
        }
    }

    private PickleRefused NewObject(object? type) =>
        type as PickleRefused ?? throw Bad($"opcode NEWOBJ is refused on {PickleValue.Describe(type)}: a state_dict does not need it");

    private object Reduce(object?[] call)
    {
        if (call is [PickleRefused made, PickleTuple])
        {
            return made;
        }

        if (call is not [PickleGlobal function, PickleTuple { Items: var arguments }])
        {
            throw Bad($"opcode REDUCE is refused on {PickleValue.Describe(call[0])}");
        }

        if (function == PickleGlobal.OrderedDict && arguments is [])
        {
            return new PickleDictionary();
        }

        bool isTensor = function == PickleGlobal.RebuildTensor ? arguments is [_, _, _, _, bool, PickleDictionary, ..]
            : function == PickleGlobal.RebuildOldTensor && arguments.Length == 4;
        if (isTensor && arguments is [PickleStorage storage, long offset, PickleTuple size, PickleTuple stride, ..])
        {
            return new PickleTensor(storage, offset, Numbers(size), Numbers(stride));
        }

        if (function == PickleGlobal.RebuildParameter && arguments is [PickleTensor tensor, bool, PickleDictionary])
        {
            return tensor;
        }

        // A tensor of a storage that is not read, or a parameter of such a tensor.
        if (arguments.OfType<PickleRefused>().FirstOrDefault() is { } refused)
        {
            return refused;
        }

        throw Bad($"opcode REDUCE is refused on {function} with ({string.Join(", ", arguments.Select(PickleValue.Describe))})");
    }

    // torch.nn.Module.state_dict hangs version numbers on its OrderedDict as the attribute _metadata; nothing here needs them.
    private void Build(object? state)
    {
        object? target = stack.Peek();
        if (target is PickleRefused)
        {
            return;
        }

        if (target is not PickleDictionary || (state as PickleDictionary)?.Items.Keys.All(name => name is "_metadata") is not true)
        {
            string found = $"{PickleValue.Describe(state)} on {PickleValue.Describe(target)}";
            throw Bad($"opcode BUILD is refused: expected the attribute _metadata on a dictionary, found {found}");
        }
    }

    private long[] Numbers(PickleTuple tuple)
    {
        if (tuple.Items.Length > MaximumDimensions)
        {
            throw Bad($"expected a tensor of at most {MaximumDimensions} dimensions, found {tuple.Items.Length}");
        }

        return Array.ConvertAll(tuple.Items, item => item is long number and >= 0
            ? number
            : throw Bad($"expected whole numbers from 0 as size and stride, found {PickleValue.Describe(item)}"));
    }

    private long WholeNumber(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
        {
            throw Bad($"expected a whole number of at most 8 bytes, found {bytes.Length} bytes");
        }

        // Little-endian two's complement of any length; none at all is 0.
        long value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

    private string Line()
    {
        int length = program.AsSpan(position).IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Bad("the pickle is cut short: a global's name has no end");
        }

        string line = Text(Take(length));
        position++;
        return line;
    }

    private string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Bad("a string is not valid UTF-8");
        }
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > program.Length - position)
        {
            throw Bad($"the pickle is cut short: expected {count} more bytes, found {program.Length - position}");
        }

        ReadOnlySpan<byte> bytes = program.AsSpan(position, (int)count);
        position += (int)count;
        return bytes;
    }

    private BadInputException Bad(string problem) => new($"{file}: pickle offset {opcodeStart}: {problem}");
}
