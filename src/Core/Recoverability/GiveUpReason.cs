namespace Bus.Core.Recoverability;

/// <summary>Why a message is not tried again.</summary>
public enum GiveUpReason
{
    /// <summary>The error will be the same next time.</summary>
    PermanentError,

    /// <summary>All attempts were used.</summary>
    AttemptsSpent,

    /// <summary>The endpoint has used its retry budget: too many messages fail at once for retries to help.</summary>
    BudgetSpent,

    /// <summary>The next attempt would lie beyond the time that retries may take.</summary>
    TimeSpent,
}
