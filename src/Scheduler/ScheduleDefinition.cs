namespace Bus.Scheduler;

/// <summary>When a schedule fires, and how. Immutable.</summary>
public sealed record ScheduleDefinition
{
    internal const string JobScheme = "job";

    /// <summary>The text of a <see cref="Scheduler.Recurrence"/>: a cron expression such as <c>0 2 * * *</c>, a macro such as <c>@daily</c>, or an interval such as <c>every 5m</c>.</summary>
    public required string Recurrence { get; init; }

    /// <summary>The time zone of a cron expression and of the calendar, by its IANA or Windows name. Default <c>UTC</c>.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary>No instant before it; the beginning of an interval. Null: from when the schedule is made.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>No instant at it or after it. Null: for ever.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>Days on which nothing fires; null for none.</summary>
    public ScheduleCalendar? Calendar { get; init; }

    /// <summary>Each schedule fires later than planned by an offset of its own, from zero to less than this, so that not all fire in the same instant. Default zero.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>How often it fires by its plan at most; null for no limit.</summary>
    public long? MaxRuns { get; init; }

    /// <summary>What becomes of instants that were missed.</summary>
    public MisfirePolicy Misfire { get; init; }

    /// <summary>How late an instant may be fired without counting as missed. Default 1 min; zero or more.</summary>
    public TimeSpan MisfireThreshold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many missed instants <see cref="MisfirePolicy.CatchUp"/> fires. Default 100, 1 to 1,000.</summary>
    public int CatchUpLimit { get; init; } = 100;

    /// <summary>What happens when the run before has not ended. All but <see cref="OverlapPolicy.Allow"/> need a <see cref="Destination"/>.</summary>
    public OverlapPolicy Overlap { get; init; }

    /// <summary>After how long a run that nobody has ended counts as lost, so that a message which was purged does not hold its schedule for ever. Default 1 h; longer than the longest run.</summary>
    public TimeSpan RunTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The queue that the message is sent to, such as <c>queue:reports</c>; null to publish it. <c>job:</c> enqueues it as a job in the queue of its handler, <c>job:reports</c> in that one.</summary>
    public Uri? Destination { get; init; }
}
