using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>
/// The neuron's equation (METHODS 1) and its derivative, once for every loop and every width of vectors. A step charges the membrane,
/// u = leak·u + I, fires where u ≥ v_th, and resets it to u'; u'[t] enters u[t + 1].
/// </summary>
internal static class NeuronEquation
{
    /// <summary>u[t] of u'[t − 1] and the current.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Charge<TRule, TLanes>(TRule rule, TLanes u, TLanes current)
        where TRule : struct, INeuronRule
        where TLanes : struct, ILaneVector<TLanes> => rule.Decay(u) + current;

    /// <summary>What fires: all bits of a lane, or none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Fires<TLanes>(TLanes u, TLanes threshold)
        where TLanes : struct, ILaneVector<TLanes> => TLanes.AtLeast(u, threshold);

    /// <summary>
    /// One step back. With h for the surrogate's ds/dz, ds/du = h and ds/dv = −h; du'/du and du'/dv are the rule's.
    /// </summary>
    /// <param name="u">Before the reset.</param>
    /// <param name="h">The surrogate's derivative at u − v_th.</param>
    /// <param name="spikeGradient">dL/ds.</param>
    /// <param name="after">dL/du' of this step, and on return of the one before.</param>
    /// <param name="thresholdSum">dL/dv_th is added to it.</param>
    /// <returns>dL/du, which is dL/dI.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Back<TRule, TLanes>(
        TRule rule, TLanes u, TLanes h, TLanes spikeGradient, TLanes threshold, ref TLanes after, ref TLanes thresholdSum)
        where TRule : struct, INeuronRule
        where TLanes : struct, ILaneVector<TLanes>
    {
        rule.Differentiate(u, Fires(u, threshold), h, threshold, out var stay, out var byThreshold);
        var bySpike = h * spikeGradient;
        var du = bySpike + after * stay;
        thresholdSum += after * byThreshold - bySpike;
        after = rule.Decay(du);
        return du;
    }

    /// <summary>Runs something with the rule of a neuron as a type, so that it is compiled into the loop.</summary>
    public static void Hand<TUser>(this NeuronModel neuron, TUser user)
        where TUser : struct, INeuronRuleUser
    {
        var leak = (float)neuron.Leak;
        if (neuron.Reset.IsSoft)
        {
            user.Use(new SoftReset(leak));
        }
        else if (leak == 1)
        {
            user.Use(default(HardReset));
        }
        else
        {
            user.Use(new LeakyHardReset(leak));
        }
    }
}

/// <summary>What is run with a neuron's rule.</summary>
internal interface INeuronRuleUser
{
    void Use<TRule>(TRule rule)
        where TRule : struct, INeuronRule;
}

/// <summary>What a membrane does over a step, besides firing.</summary>
internal interface INeuronRule
{
    /// <summary>What is left of a membrane after a step, and of its gradient one step back: leak·u.</summary>
    TLanes Decay<TLanes>(TLanes u)
        where TLanes : struct, ILaneVector<TLanes>;

    /// <summary>u' of what fires and of what does not.</summary>
    TLanes Reset<TLanes>(TLanes u, TLanes fires, TLanes threshold)
        where TLanes : struct, ILaneVector<TLanes>;

    /// <summary>du'/du, through the spike as well, and du'/dv.</summary>
    void Differentiate<TLanes>(TLanes u, TLanes fires, TLanes h, TLanes threshold, out TLanes byMembrane, out TLanes byThreshold)
        where TLanes : struct, ILaneVector<TLanes>;
}

/// <summary>To 0, without a leak: the default.</summary>
internal readonly struct HardReset : INeuronRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Decay<TLanes>(TLanes u)
        where TLanes : struct, ILaneVector<TLanes> => u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Reset<TLanes>(TLanes u, TLanes fires, TLanes threshold)
        where TLanes : struct, ILaneVector<TLanes> => TLanes.ClearWhere(fires, u);

    /// <summary>u' = (1 − s)·u: du'/du = (1 − s) − u·h, du'/dv = u·h.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Differentiate<TLanes>(TLanes u, TLanes fires, TLanes h, TLanes threshold, out TLanes byMembrane, out TLanes byThreshold)
        where TLanes : struct, ILaneVector<TLanes>
    {
        byThreshold = u * h;
        byMembrane = TLanes.ClearWhere(fires, TLanes.Broadcast(1)) - byThreshold;
    }
}

/// <summary>To 0.</summary>
internal readonly struct LeakyHardReset(float leak) : INeuronRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Decay<TLanes>(TLanes u)
        where TLanes : struct, ILaneVector<TLanes> => u * TLanes.Broadcast(leak);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Reset<TLanes>(TLanes u, TLanes fires, TLanes threshold)
        where TLanes : struct, ILaneVector<TLanes> => default(HardReset).Reset(u, fires, threshold);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Differentiate<TLanes>(TLanes u, TLanes fires, TLanes h, TLanes threshold, out TLanes byMembrane, out TLanes byThreshold)
        where TLanes : struct, ILaneVector<TLanes> => default(HardReset).Differentiate(u, fires, h, threshold, out byMembrane, out byThreshold);
}

/// <summary>By v_th.</summary>
internal readonly struct SoftReset(float leak) : INeuronRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Decay<TLanes>(TLanes u)
        where TLanes : struct, ILaneVector<TLanes> => u * TLanes.Broadcast(leak);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Reset<TLanes>(TLanes u, TLanes fires, TLanes threshold)
        where TLanes : struct, ILaneVector<TLanes> => TLanes.Select(fires, u - threshold, u);

    /// <summary>u' = u − s·v: du'/du = 1 − v·h, du'/dv = v·h − s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Differentiate<TLanes>(TLanes u, TLanes fires, TLanes h, TLanes threshold, out TLanes byMembrane, out TLanes byThreshold)
        where TLanes : struct, ILaneVector<TLanes>
    {
        var one = TLanes.Broadcast(1);
        byMembrane = one - threshold * h;
        byThreshold = threshold * h - TLanes.Select(fires, one, TLanes.Zero);
    }
}
