using RobustSnn.Engine;

namespace RobustSnn.Cuda;

/// <summary>Makes the backend known to <see cref="Backends"/>.</summary>
public static class CudaBackends
{
    /// <summary>Its name.</summary>
    public const string Name = "cuda";

    /// <summary>To be called once, before a backend is opened by name.</summary>
    public static void Register() => Backends.Register(Name, options => new CudaBackend(ordinal: 0, options.Precision));
}
