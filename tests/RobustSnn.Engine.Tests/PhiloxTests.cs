using System.Numerics;
using NUnit.Framework;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Tests;

[TestFixture]
public sealed class PhiloxTests
{
    // The three "philox4x32 10" lines of Random123's tests/kat_vectors.
    [TestCase(
        0x00000000_00000000ul, 0x00000000_00000000ul, 0x00000000_00000000ul,
        0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(
        0xffffffff_fffffffful, 0xffffffff_fffffffful, 0xffffffff_fffffffful,
        0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(
        0x85a308d3_243f6a88ul, 0x03707344_13198a2eul, 0x299f31d0_a4093822ul,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Matches_the_published_known_answers(
        ulong counterLow, ulong counterHigh, ulong key, uint word0, uint word1, uint word2, uint word3)
    {
        Assert.That(Philox.Generate(counterLow, counterHigh, key), Is.EqualTo((word0, word1, word2, word3)));
    }

    // A counter or key half that is dropped, swapped or ignored shows as two equal or similar outputs.
    [TestCase(0), TestCase(31), TestCase(32), TestCase(63), TestCase(64), TestCase(127), TestCase(128), TestCase(160), TestCase(191)]
    public void Flipping_one_input_bit_flips_about_half_of_the_output(int bit)
    {
        ulong[] input = [0x0123456789abcdef, 0x0fedcba987654321, 0x55aa55aa12345678];
        var before = Philox.Generate(input[0], input[1], input[2]);
        input[bit / 64] ^= 1ul << (bit % 64);
        var after = Philox.Generate(input[0], input[1], input[2]);

        var flipped = BitOperations.PopCount(before.Item1 ^ after.Item1) + BitOperations.PopCount(before.Item2 ^ after.Item2)
            + BitOperations.PopCount(before.Item3 ^ after.Item3) + BitOperations.PopCount(before.Item4 ^ after.Item4);

        // 64 ± 5.7 of 128 bits are expected: this allows five deviations.
        Assert.That(flipped, Is.InRange(36, 92));
    }
}
