using Bus.Core.Recoverability;

namespace Bus.Jobs;

/// <summary>
/// Says on its handler what is said about all jobs of a type. What is not set has the default of <see cref="JobTypeOptions"/>, and what <see cref="JobsBuilder.Handle"/> is given in code wins over it. Wrong values are refused by
/// <see cref="JobsBuilder.Handle"/>, at start-up.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JobAttribute : Attribute
{
    /// <summary>See <see cref="JobTypeOptions.Name"/>. For a handler of one type of arguments.</summary>
    public string? Name { get; set; }

    /// <summary>See <see cref="JobTypeOptions.Queue"/>.</summary>
    public string? Queue { get; set; }

    /// <summary>How often a job is tried in all, at least 1; see <see cref="JobTypeOptions.Retry"/>. Not set, it is 10.</summary>
    public int MaxAttempts { get; set; }

    /// <summary>How the waits between attempts grow.</summary>
    public BackoffStrategy Backoff { get; set; } = BackoffStrategy.Exponential;

    /// <summary>How chance spreads them.</summary>
    public Jitter Jitter { get; set; } = Jitter.Full;

    /// <summary>The first wait, in seconds. Not set, it is 1.</summary>
    public double FirstDelaySeconds { get; set; }

    /// <summary>The longest wait, in seconds. Not set, it is 3,600.</summary>
    public double MaxDelaySeconds { get; set; }

    /// <summary>See <see cref="JobTypeOptions.Timeout"/>, in seconds. Not set, there is none.</summary>
    public double TimeoutSeconds { get; set; }

    /// <summary>See <see cref="JobTypeOptions.StallAfter"/>, in seconds. Not set, there is no such limit.</summary>
    public double StallAfterSeconds { get; set; }

    /// <summary>See <see cref="JobTypeOptions.KeepFor"/>, in seconds; less than zero for ever. Not set, nothing is said.</summary>
    public double KeepForSeconds { get; set; }

    /// <summary>See <see cref="JobTypeOptions.Concurrency"/>, at least 1. Not set, it is any number.</summary>
    public int Concurrency { get; set; }

    /// <summary>See <see cref="JobTypeOptions.BatchSize"/>. Not set, it is 100.</summary>
    public int BatchSize { get; set; }

    /// <exception cref="JobException">A value cannot be.</exception>
    internal void Apply(JobTypeOptions options, string handler)
    {
        var retry = options.Retry with { Strategy = Backoff, Jitter = Jitter };
        if (Number(MaxAttempts, nameof(MaxAttempts), handler) is { } attempts)
            retry = retry with { MaxAttempts = attempts };
        if (Time(FirstDelaySeconds, nameof(FirstDelaySeconds), handler) is { } first)
            retry = retry with { FirstDelay = first };
        if (Time(MaxDelaySeconds, nameof(MaxDelaySeconds), handler) is { } longest)
            retry = retry with { MaxDelay = longest };
        options.Retry = retry;
        options.Name = Name ?? options.Name;
        options.Queue = Queue ?? options.Queue;
        options.Timeout = Time(TimeoutSeconds, nameof(TimeoutSeconds), handler);
        options.StallAfter = Time(StallAfterSeconds, nameof(StallAfterSeconds), handler);
        options.KeepFor = KeepForSeconds < 0 ? TimeSpan.Zero : Time(KeepForSeconds, nameof(KeepForSeconds), handler);
        options.Concurrency = Number(Concurrency, nameof(Concurrency), handler);
        options.BatchSize = Number(BatchSize, nameof(BatchSize), handler) ?? options.BatchSize;
    }

    private static int? Number(int value, string name, string handler) => value switch
    {
        0 => null,
        > 0 => value,
        _ => throw new JobException($"`{name}` of the `[Job]` of `{handler}` must be at least 1, but is {value}."),
    };

    private static TimeSpan? Time(double seconds, string name, string handler) => seconds switch
    {
        0 => null,
        > 0 and < 1e9 => TimeSpan.FromSeconds(seconds),
        _ => throw new JobException($"`{name}` of the `[Job]` of `{handler}` must be more than zero, and less than thirty years, but is {seconds}."),
    };
}
