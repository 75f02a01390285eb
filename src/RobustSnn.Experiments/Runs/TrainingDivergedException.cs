namespace RobustSnn.Experiments.Runs;

/// <summary>
/// Training whose loss, parameters or momenta are no finite numbers any more. The message says what, where and at which learning rate, which
/// file holds the last finite state, and how to go on from it.
/// </summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
