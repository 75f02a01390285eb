using RobustSnn.Model;

namespace RobustSnn;

/// <summary>How an ANN becomes a spiking network (METHODS 6). What is left out is the papers'.</summary>
/// <param name="Timesteps">T that the spiking network runs for an image.</param>
/// <param name="BalancingTimesteps">Steps that are simulated while thresholds are balanced.</param>
/// <param name="Percentile">Of the input current: it becomes the threshold.</param>
/// <param name="Scale">Factor on every threshold afterwards: above 0.</param>
/// <param name="Leak">Share of the membrane that is kept a step; 1 is integrate-and-fire.</param>
/// <param name="SoftReset">Whether the threshold is subtracted after a spike; else the membrane becomes 0.</param>
public sealed record SpikingOptions(
    int Timesteps = 8, int BalancingTimesteps = 100, double Percentile = 99.7, double Scale = 0.3, double Leak = 1, bool SoftReset = false)
{
    internal NeuronModel Neurons => new(Leak, SoftReset ? Reset.Soft : Reset.Hard);
}
