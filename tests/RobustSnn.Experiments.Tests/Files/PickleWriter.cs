using System.Buffers.Binary;
using System.Text;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>Writes pickles opcode by opcode, honest and hostile ones.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> bytes = [0x80, 2];

    public byte[] ToArray() => [.. bytes, (byte)'.'];

    public PickleWriter Raw(params byte[] raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    public PickleWriter Op(char opcode) => Raw((byte)opcode);

    public PickleWriter Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Raw(length).Raw(utf8);
    }

    public PickleWriter Number(long number)
    {
        var value = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        return Raw(0x8a, 8).Raw(value);
    }

    public PickleWriter Numbers(params long[] numbers)
    {
        Op('(');
        foreach (long number in numbers)
        {
            Number(number);
        }

        return Op('t');
    }

    public PickleWriter OrderedDict() => Global("collections", "OrderedDict").Op(')').Op('R');

    public PickleWriter Storage(string storage, string key, long count) =>
        Op('(').Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    public PickleWriter Tensor(string storage, string key, long count, long offset, long[] size, long[] stride) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(storage, key, count).Number(offset).Numbers(size).Numbers(stride)
            .Raw(0x89).OrderedDict().Op('t').Op('R');
}
