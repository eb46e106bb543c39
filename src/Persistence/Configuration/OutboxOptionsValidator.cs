namespace Bus.Persistence;

/// <summary>Finds every fault of the options at once.</summary>
internal static class OutboxOptionsValidator
{
    /// <exception cref="OutboxException">Lists all that is wrong.</exception>
    public static void Validate(OutboxOptions options, string context)
    {
        List<string> errors = [];
        Between(errors, nameof(options.QueryMessageLimit), options.QueryMessageLimit, 1, 1000);
        Between(errors, nameof(options.MessageDeliveryLimit), options.MessageDeliveryLimit, 1, 100_000);
        Between(errors, nameof(options.MemoryLimit), options.MemoryLimit, 100, 10_000_000);
        Between(errors, nameof(options.MaxDeliveryAttempts), options.MaxDeliveryAttempts, 1, 1000);
        Between(errors, nameof(options.GroupLimit), options.GroupLimit, 1, 500);
        Positive(errors, nameof(options.DuplicateDetectionWindow), options.DuplicateDetectionWindow);
        Positive(errors, nameof(options.QueryDelay), options.QueryDelay);
        Positive(errors, nameof(options.QueryTimeout), options.QueryTimeout);
        Positive(errors, nameof(options.MessageDeliveryTimeout), options.MessageDeliveryTimeout);
        if (options.OwnerLease < options.QueryDelay * 2)
            errors.Add($"`{nameof(options.OwnerLease)}` must be at least twice `{nameof(options.QueryDelay)}` ({options.QueryDelay}), since it is renewed that often, but was {options.OwnerLease}.");
        if (options.DuplicateDetectionWindow < options.DatabaseOutageLimit)
            errors.Add($"`{nameof(options.DuplicateDetectionWindow)}` must exceed `{nameof(options.DatabaseOutageLimit)}` ({options.DatabaseOutageLimit}), or a redelivery after an outage would be applied twice, but was {options.DuplicateDetectionWindow}.");
        if (errors.Count > 0)
            throw new OutboxException($"The outbox of '{context}' is not configured right:{Environment.NewLine}- {string.Join(Environment.NewLine + "- ", errors)}");
    }

    private static void Between(List<string> errors, string name, int value, int from, int to)
    {
        if (value < from || value > to)
            errors.Add($"`{name}` must be between {from} and {to}, but was {value}.");
    }

    private static void Positive(List<string> errors, string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
            errors.Add($"`{name}` must be longer than zero, but was {value}.");
    }
}
