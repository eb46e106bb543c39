namespace Bus.Core.Recoverability;

/// <summary>What happens after a failed attempt: exactly one of <see cref="RetryNow"/>, <see cref="RetryAfter"/>, <see cref="GiveUp"/>.</summary>
public abstract record RecoverabilityDecision
{
    private RecoverabilityDecision()
    {
    }

    /// <summary>Try again at once.</summary>
    public sealed record RetryNow : RecoverabilityDecision
    {
        /// <summary>The one value there is.</summary>
        public static RetryNow Instance { get; } = new();
    }

    /// <summary>Try again when <paramref name="Delay"/> has passed.</summary>
    /// <param name="Delay">Always above zero.</param>
    /// <param name="Outage">True while something every message needs is away: the attempt that failed does not count.</param>
    public sealed record RetryAfter(TimeSpan Delay, bool Outage = false) : RecoverabilityDecision;

    /// <summary>Do not try again.</summary>
    /// <param name="Reason">Which rule ended it.</param>
    /// <param name="Explanation">The same for a person, with the values that decided.</param>
    public sealed record GiveUp(GiveUpReason Reason, string Explanation) : RecoverabilityDecision;
}
