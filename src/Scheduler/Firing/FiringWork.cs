namespace Bus.Scheduler.Firing;

/// <summary>The decisions about one schedule while they are made.</summary>
internal sealed class FiringWork(ScheduleDefinition definition, ScheduleFacts facts, long now)
{
    private readonly List<PlannedRun> _dealt = [];
    private readonly List<long> _cancelled = [];
    private ScheduleFacts _facts = facts;
    private long? _lost;

    public IReadOnlyList<PlannedRun> Dealt => _dealt;

    public long LastAt => _facts.LastAt;

    public bool IsFinished => _facts.Runs >= definition.MaxRuns;

    public void LoseWhatTookTooLong()
    {
        if (_facts.ActiveRun is not { } run || now < TimeOut)
            return;
        _lost = run;
        _facts = _facts with { ActiveRun = null, ActiveSince = null };
    }

    public void FireWhatWaits()
    {
        if (_facts is not { ActiveRun: null, WaitingAt: { } waiting })
            return;
        _facts = _facts with { WaitingAt = null };
        Send(waiting);
    }

    public void Miss(long first, long end)
    {
        _dealt.Add(new PlannedRun(first, RunOutcome.Missed, $"Missed by more than {definition.MisfireThreshold}: all instants from {Text(first)} to before {Text(end)}."));
        _facts = _facts with { LastAt = end - 1 };
    }

    /// <summary>Its instant has come: the overlap policy says whether it is fired now.</summary>
    public void Fire(long instant)
    {
        _facts = _facts with { LastAt = instant };
        if (_facts.ActiveRun is not { } active)
            Send(instant);
        else if (definition.Overlap == OverlapPolicy.CancelPrevious)
        {
            _cancelled.Add(active);
            Send(instant);
        }
        else if (definition.Overlap == OverlapPolicy.QueueOne && _facts.WaitingAt is null)
            _facts = _facts with { WaitingAt = instant };
        else
            _dealt.Add(new PlannedRun(instant, RunOutcome.Skipped, $"The run of {Text(active)} had not ended."));
    }

    public FiringPlan Plan(long? next, long? due)
    {
        // What waits is looked at when the run before it ends, and at the latest when that counts as lost.
        var look = _facts.WaitingAt is null ? due : due is null ? TimeOut : Math.Min(due.Value, TimeOut);
        return new FiringPlan(_facts, _dealt, _cancelled, _lost, next, look);
    }

    private long TimeOut => (_facts.ActiveSince ?? 0) + (long)definition.RunTimeout.TotalMilliseconds;

    private void Send(long instant)
    {
        _dealt.Add(new PlannedRun(instant, RunOutcome.Fired));
        _facts = _facts with { Runs = _facts.Runs + 1 };
        if (definition.Overlap != OverlapPolicy.Allow)
            _facts = _facts with { ActiveRun = instant, ActiveSince = now };
    }

    private static string Text(long instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant).ToString("O");
}
