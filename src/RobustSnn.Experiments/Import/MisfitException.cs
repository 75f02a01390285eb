namespace RobustSnn.Experiments.Import;

/// <summary>A file's tensors are not those of an architecture; the message is the first thing that is otherwise.</summary>
internal sealed class MisfitException(string message) : Exception(message);
