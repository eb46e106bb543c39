using Bus.Core.Recoverability;

namespace Bus.Settings;

/// <summary>What differs for one exception type; what is null is taken from <see cref="RetryOptions"/>.</summary>
public sealed class RetryRuleOptions
{
    /// <summary>What kind of error it is; null leaves the built-in judgement.</summary>
    public ErrorClass? Class { get; set; }

    /// <summary>Attempts in all, the first included. 1 to 1,000.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>How the waits grow.</summary>
    public BackoffStrategy? Strategy { get; set; }

    /// <summary>The first wait. Not negative.</summary>
    public TimeSpan? FirstDelay { get; set; }

    /// <summary>The longest wait.</summary>
    public TimeSpan? MaxDelay { get; set; }

    /// <summary>How chance spreads the waits.</summary>
    public Jitter? Jitter { get; set; }
}
