namespace RobustSnn.Experiments.Files;

/// <summary>A pickle takes more from the stack than is there.</summary>
internal sealed class PickleStackException(string message) : Exception(message);

/// <summary>The stack of a pickle. A mark hides what is below it until it is taken away.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> items = [];
    private readonly Stack<int> marks = [];

    private int Bottom => marks.Count > 0 ? marks.Peek() : 0;

    public void Mark() => marks.Push(items.Count);

    public void Push(object? value) => items.Add(value);

    public object? Peek() => items.Count > Bottom ? items[^1] : throw new PickleStackException("the stack is empty");

    /// <summary>The topmost items, deepest first.</summary>
    public object?[] Pop(int count) => items.Count - count >= Bottom
        ? Cut(items.Count - count)
        : throw new PickleStackException($"expected {count} objects on the stack, found {items.Count - Bottom}");

    /// <summary>Everything above the last mark, and the mark.</summary>
    public object?[] PopToMark() => marks.TryPop(out int start)
        ? Cut(start)
        : throw new PickleStackException("there is no mark on the stack");

    /// <summary>What is on the stack in the end; nothing while a mark is left.</summary>
    public IReadOnlyList<object?> Last() => marks.Count == 0 ? items : [];

    private object?[] Cut(int start)
    {
        object?[] cut = [.. items[start..]];
        items.RemoveRange(start, items.Count - start);
        return cut;
    }
}
