namespace Bus.Scheduler.Timing;

/// <summary>When a schedule fires, as a person, a file or a row says it: not yet checked. <see cref="ScheduleTiming.TryCreate"/> checks it.</summary>
internal sealed record TimingText
{
    /// <summary>The text of a <see cref="Bus.Scheduler.Recurrence"/>.</summary>
    public required string? Recurrence { get; init; }

    /// <summary>The zone's IANA name, or its Windows name where the process has the ICU library. Default UTC.</summary>
    public string? Zone { get; init; } = "UTC";

    /// <summary>Nothing fires before it, something may fire at it. Null: from its creation on.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Nothing fires at it or later, so that one schedule may end where another starts. Null: never.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>Days left out. Null: none.</summary>
    public ScheduleCalendar? Calendar { get; init; }

    /// <summary>Firing is put off by a part of this that is the schedule's own and always the same. Zero: not at all.</summary>
    public TimeSpan Jitter { get; init; }
}
