namespace RobustSnn.Engine;

/// <summary>PyTorch's SGD: g = gradient + weightDecay·value; velocity = momentum·velocity + g; value −= learningRate·velocity.</summary>
public readonly record struct SgdSettings(float LearningRate, float Momentum, float WeightDecay);
