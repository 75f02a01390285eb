using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Libraries of the operating system that are called only where images need them.</summary>
internal static class SystemLibrary
{
    /// <exception cref="BadInputException">The library is not on this machine: which one, what for, and which package has it.</exception>
    public static void Require(string library, string purpose, string packages)
    {
        if (!NativeLibrary.TryLoad(library, out _))
        {
            throw new BadInputException(
                $"{purpose} needs the system library {library}, which was not found on this machine. Install it: {packages}.");
        }
    }
}
