using Bus.Core.Recoverability;
using Polly;

namespace Bus.Jobs.Handling;

/// <summary>A kind of job that this process can run.</summary>
/// <param name="Name">What stands in the rows.</param>
/// <param name="Arguments">The type of its arguments.</param>
/// <param name="Queue">Where it waits unless its enqueuer says otherwise.</param>
/// <param name="Policy">What becomes of a failed attempt.</param>
/// <param name="Timeout">How long a run may take; null for ever.</param>
/// <param name="LongestDelay">The longest wait between two attempts.</param>
/// <param name="Concurrency">How many may run at once in all processes; null for any number.</param>
/// <param name="Rate">How many may begin in a time in all processes; null for any number.</param>
/// <param name="Resilience">What its handler calls others through.</param>
/// <param name="RunAsync">Makes the handler in the scope and runs it.</param>
internal sealed record JobType(
    string Name, Type Arguments, string Queue, RecoverabilityPolicy Policy, TimeSpan? Timeout, TimeSpan LongestDelay, int? Concurrency, JobRate? Rate, ResiliencePipeline Resilience, Func<IServiceProvider, object, JobRun, Task<object?>> RunAsync)
{
    private bool _isFar;

    /// <summary>Whether this process begins none for a while, or one at a time.</summary>
    public JobRest Rest { get; } = new();

    /// <summary>How they are run together; null when each is run by itself.</summary>
    public JobGrouping? Group { get; init; }

    /// <summary>How long one is kept after its end, in milliseconds, 0 for ever; null when that is not said.</summary>
    public long? KeepFor { get; init; }

    /// <summary>For how long a run may show no life; null for ever.</summary>
    public TimeSpan? StallAfter { get; init; }

    /// <summary>The rhythm of its attempts.</summary>
    public RetrySchedule Retry { get; init; } = RetrySchedule.None;

    /// <summary>How many of one key may run at once in all processes; null for any number.</summary>
    public int? ConcurrencyPerKey { get; init; }

    /// <summary>How many of one key may begin in a time in all processes; null for any number.</summary>
    public JobRate? RatePerKey { get; init; }

    public bool IsLimited => Concurrency is not null || Rate is not null || IsLimitedPerKey;

    public bool IsLimitedPerKey => ConcurrencyPerKey is not null || RatePerKey is not null;

    /// <summary>Whether its limits were so far away when jobs were taken last that nobody waits for the end of one: it is then taken ahead of room like a type without limits.</summary>
    public bool IsFarFromLimits
    {
        get => Volatile.Read(ref _isFar);
        set => Volatile.Write(ref _isFar, value);
    }

    /// <summary>Whether others may wait for the end of one of its jobs.</summary>
    public bool KeepsOthersWaiting => (IsLimited && !IsFarFromLimits) || Rest.IsDoubted;
}
