using RobustSnn.Fuzz;
using RobustSnn.Model;
using SharpFuzz;

// RobustSnn.Fuzz TARGET            what afl-fuzz starts, with the input on standard input
// RobustSnn.Fuzz TARGET FILE...    reads files once: to see again what the fuzzer has found

if (args is not [var name, .. var files] || !Targets.All.TryGetValue(name, out var target))
{
    Console.Error.WriteLine($"expected one of {string.Join(", ", Targets.All.Keys)}, and files to read only those");
    return 2;
}

if (files.Length == 0)
{
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        ReadOrRefuse(bytes.ToArray());
    });
}

foreach (var file in files)
{
    Console.WriteLine($"{file}: {ReadOrRefuse(File.ReadAllBytes(file)) ?? "read"}");
}

return 0;

// Any exception but a refusal goes on: a crash, to the fuzzer.
string? ReadOrRefuse(byte[] bytes)
{
    try
    {
        target(bytes);
        return null;
    }
    catch (BadInputException refusal)
    {
        return refusal.Message;
    }
}
