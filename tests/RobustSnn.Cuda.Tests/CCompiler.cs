using System.Diagnostics;
using NUnit.Framework;

namespace RobustSnn.Cuda.Tests;

/// <summary>Makes small libraries of C. The test is skipped where there is no compiler.</summary>
internal sealed class CCompiler(TemporaryFolder folder) : IDisposable
{
    private readonly TemporaryFolder sources = new();

    /// <param name="name">In the folder, with all folders above it.</param>
    /// <param name="options">Of the compiler; libraries to link with.</param>
    /// <returns>The library's path.</returns>
    public string Library(string name, string source, params string[] options)
    {
        var library = folder.File(name);
        var file = sources.File("library.c", System.Text.Encoding.UTF8.GetBytes(source));
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-o", library, file, .. options]) { RedirectStandardError = true })!;
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            Assert.That(compiler.ExitCode, Is.Zero, errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("needs a C compiler (Debian: gcc)");
        }

        return library;
    }

    public void Dispose() => sources.Dispose();
}
