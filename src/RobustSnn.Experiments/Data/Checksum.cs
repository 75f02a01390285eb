using System.Security.Cryptography;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// What a file's bytes must hash to. MD5 finds damage and mistakes, and no more: it is for files whose publishers give nothing better.
/// </summary>
public sealed record Checksum
{
    private readonly HashAlgorithmName algorithm;

    private Checksum(HashAlgorithmName algorithm, int bytes, string hex)
    {
        if (hex.Length != 2 * bytes || !hex.All(char.IsAsciiHexDigit))
        {
            throw new BadInputException($"\"{hex}\" is no {Title(algorithm)} checksum, expected {2 * bytes} hexadecimal digits.");
        }

        this.algorithm = algorithm;
        Hex = hex.ToLowerInvariant();
    }

    /// <summary>Lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>The algorithm, as people write it.</summary>
    public string Name => Title(algorithm);

    /// <exception cref="BadInputException">It is not 64 hexadecimal digits.</exception>
    public static Checksum Sha256(string hex) => new(HashAlgorithmName.SHA256, SHA256.HashSizeInBytes, hex);

    /// <exception cref="BadInputException">It is not 32 hexadecimal digits.</exception>
    public static Checksum Md5(string hex) => new(HashAlgorithmName.MD5, MD5.HashSizeInBytes, hex);

    /// <summary>The hash of an open file, from its start, as lower-case hexadecimal digits.</summary>
    public async Task<string> Hash(FileStream file, CancellationToken cancellation)
    {
        file.Position = 0;
        return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(algorithm, file, cancellation));
    }

    public override string ToString() => $"{Name} {Hex}";

    private static string Title(HashAlgorithmName algorithm) => algorithm == HashAlgorithmName.SHA256 ? "SHA-256" : "MD5";
}
