namespace Bus.Core.Recoverability;

/// <summary>
/// How chance spreads the waits, so that callers which failed together do not come back together. The formulas are those of Marc Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
/// </summary>
public enum Jitter
{
    /// <summary>The computed wait as it is.</summary>
    None,

    /// <summary>Anything between zero and the computed wait: <c>random(0, min(cap, base * 2^n))</c>.</summary>
    Full,

    /// <summary>Anything between the first delay and three times the previous wait: <c>min(cap, random(base, previous * 3))</c>.</summary>
    Decorrelated,
}
