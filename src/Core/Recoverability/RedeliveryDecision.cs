namespace Bus.Core.Recoverability;

/// <summary>What happens to a message whose attempts are used up: exactly one of <see cref="PutOff"/>, <see cref="GiveUp"/>.</summary>
public abstract record RedeliveryDecision
{
    private RedeliveryDecision()
    {
    }

    /// <summary>The message leaves its worker and comes again when <paramref name="Delay"/> has passed.</summary>
    /// <param name="Delay">Always above zero.</param>
    public sealed record PutOff(TimeSpan Delay) : RedeliveryDecision;

    /// <summary>The message has failed for good.</summary>
    public sealed record GiveUp : RedeliveryDecision
    {
        /// <summary>The one value there is.</summary>
        public static GiveUp Instance { get; } = new();
    }
}
