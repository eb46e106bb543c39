namespace Bus.Core.Recoverability;

/// <summary>How often and in what rhythm a message is tried. Immutable; thread-safe as long as each caller brings its own random source.</summary>
public sealed record RetrySchedule
{
    /// <summary>Attempts in all, the first one included. 1 means no retry. Default 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>How the waits grow. Default exponential.</summary>
    public BackoffStrategy Strategy { get; init; } = BackoffStrategy.Exponential;

    /// <summary>The first wait, on which the others build. Default 100 ms.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No wait is longer than this. Default 2 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How chance spreads the waits. Default full.</summary>
    public Jitter Jitter { get; init; } = Jitter.Full;

    /// <summary>One attempt and no retry.</summary>
    public static RetrySchedule None { get; } = new() { MaxAttempts = 1 };

    /// <summary>
    /// The wait before retry number <paramref name="retry"/> (1 is the first), never negative and never above <see cref="MaxDelay"/>.
    /// <paramref name="previous"/> is the wait before the retry that came first, zero if there was none; only decorrelated jitter looks at it.
    /// </summary>
    public TimeSpan DelayBefore(int retry, TimeSpan previous, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retry, 1);
        var ceiling = Ceiling(retry);
        return Strategy == BackoffStrategy.Immediate ? TimeSpan.Zero : Jitter switch
        {
            Jitter.Full => random.NextDouble() * ceiling,
            Jitter.Decorrelated => Decorrelated(previous, random),
            _ => ceiling,
        };
    }

    /// <summary>All waits of one message together if chance makes each as long as it can be.</summary>
    public TimeSpan LongestTotal()
    {
        var total = TimeSpan.Zero;
        var previous = FirstDelay;
        for (var retry = 1; retry < MaxAttempts && total < TimeSpan.FromDays(1); retry++)
        {
            previous = Strategy != BackoffStrategy.Immediate && Jitter == Jitter.Decorrelated ? Min(MaxDelay, previous * 3) : Ceiling(retry);
            total += previous;
        }

        return total;
    }

    private TimeSpan Ceiling(int retry) => Strategy switch
    {
        BackoffStrategy.Immediate => TimeSpan.Zero,
        BackoffStrategy.Fixed => Min(MaxDelay, FirstDelay),
        BackoffStrategy.Incremental => Scale(retry),
        // 2^30 of any delay is beyond every cap; a larger power would overflow.
        _ => Scale(Math.Pow(2, Math.Min(retry - 1, 30))),
    };

    private TimeSpan Scale(double factor) => FirstDelay.TotalMilliseconds * factor >= MaxDelay.TotalMilliseconds ? MaxDelay : FirstDelay * factor;

    private TimeSpan Decorrelated(TimeSpan previous, Random random)
    {
        var from = Min(MaxDelay, FirstDelay);
        var to = Max(from, (previous > FirstDelay ? previous : FirstDelay) * 3);
        return Min(MaxDelay, from + (random.NextDouble() * (to - from)));
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
