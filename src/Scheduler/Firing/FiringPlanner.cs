using Bus.Scheduler.Timing;

namespace Bus.Scheduler.Firing;

/// <summary>Decides what a schedule does now: a pure function of its definition, of what it has behind it, and of the time.</summary>
/// <param name="definition">When it fires and how.</param>
/// <param name="timing">Its instants.</param>
/// <param name="jitter">How much later than planned it fires.</param>
internal sealed class FiringPlanner(ScheduleDefinition definition, ScheduleTiming timing, TimeSpan jitter)
{
    // So that one schedule of short intervals does not keep all others waiting after an outage; it comes again at once.
    private const int MostAtOnce = 100;

    private readonly long _jitter = (long)jitter.TotalMilliseconds;

    public FiringPlan Plan(ScheduleFacts facts, long now)
    {
        var work = new FiringWork(definition, facts, now);
        work.LoseWhatTookTooLong();
        work.FireWhatWaits();
        DealWithMissed(work, now - (long)definition.MisfireThreshold.TotalMilliseconds - _jitter);
        var next = Next(work);
        while (next is { } instant && instant + _jitter <= now && work.Dealt.Count < MostAtOnce)
        {
            work.Fire(instant);
            next = Next(work);
        }

        return work.Plan(next, next + _jitter);
    }

    private void DealWithMissed(FiringWork work, long onTime)
    {
        if (Next(work) is not { } first || first >= onTime)
            return;
        var keep = definition.Misfire switch
        {
            MisfirePolicy.Skip => 0,
            MisfirePolicy.FireOnce => 1,
            _ => definition.CatchUpLimit,
        };
        var kept = keep == 0 ? [] : LastBefore(first, onTime, keep);
        var begin = kept.Count == 0 ? onTime : kept[0];
        if (first < begin)
            work.Miss(first, begin);
        foreach (var instant in kept.Take(MostAtOnce))
        {
            if (!work.IsFinished)
                work.Fire(instant);
        }
    }

    /// <summary>The last of the instants from <paramref name="first"/> to before <paramref name="end"/>. After a long outage there may be millions: a window that ends there grows until it holds enough.</summary>
    private List<long> LastBefore(long first, long end, int keep)
    {
        var gap = NextAfter(first) is { } second ? second - first : 0;
        for (var window = Math.Max(1000, gap) * keep; ; window *= 2)
        {
            var found = From(Math.Max(first, end - window), end).ToList();
            if (found.Count >= keep || end - window <= first)
                return found.Count > keep ? found.GetRange(found.Count - keep, keep) : found;
        }
    }

    private IEnumerable<long> From(long first, long end) =>
        timing.After(DateTimeOffset.FromUnixTimeMilliseconds(first - 1)).Select(instant => instant.ToUnixTimeMilliseconds()).TakeWhile(instant => instant < end);

    private long? Next(FiringWork work) => work.IsFinished ? null : NextAfter(work.LastAt);

    private long? NextAfter(long instant) => timing.NextAfter(DateTimeOffset.FromUnixTimeMilliseconds(instant))?.ToUnixTimeMilliseconds();
}
