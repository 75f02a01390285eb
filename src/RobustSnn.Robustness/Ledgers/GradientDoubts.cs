namespace RobustSnn.Robustness.Ledgers;

/// <summary>What an attack met on its way that makes its result worth less, for one sample.</summary>
[Flags]
public enum GradientDoubts
{
    None = 0,

    /// <summary>The first input gradient was zero everywhere.</summary>
    Vanished = 1,

    /// <summary>Some input gradient held a value that is no finite number: steps along it stand still.</summary>
    NotFiniteGradient = 2,

    /// <summary>Logits of some pass, or of what the attack ended in, were no finite numbers: nobody can say how they are classified.</summary>
    NotFiniteLogits = 4,

    /// <summary>
    /// The attack ended at an image that it saw the network get wrong, and that the network got right when it was asked again: it may draw.
    /// </summary>
    Unconfirmed = 8,
}
