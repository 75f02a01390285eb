using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>An attack that an evaluation was asked for, in one ball. Two are equal if their names and members are.</summary>
/// <param name="Name">As users write it and results show it: <c>pgd10_ens</c>.</param>
/// <param name="Members">In the order in which they run; none is no attack: clean.</param>
public sealed record LedgerAttack(string Name, IReadOnlyList<LedgerMember> Members)
{
    public bool Equals(LedgerAttack? other) => other is not null && Name == other.Name && Members.SequenceEqual(other.Members);

    public override int GetHashCode() => HashCode.Combine(Name, Members.Count);
}
