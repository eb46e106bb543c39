namespace Bus.Core.Telemetry;

/// <summary>The names under which Bus can be observed. A name, once released, is kept.</summary>
public static class TelemetryNames
{
    /// <summary>The one meter of all parts.</summary>
    public const string Meter = "Bus";

    /// <summary>The one source of spans of Bus itself.</summary>
    public const string ActivitySource = "Bus";

    /// <summary>Counter: messages that the inbox knew already.</summary>
    public const string InboxDuplicates = "bus.inbox.duplicates";

    /// <summary>Counter: inbox rows removed after their window.</summary>
    public const string InboxPurged = "bus.inbox.purged";

    /// <summary>Gauge, seconds: how far the purge is behind the duplicate window.</summary>
    public const string InboxPurgeLag = "bus.inbox.purge.lag";

    /// <summary>Counter: messages that the broker confirmed.</summary>
    public const string OutboxSent = "bus.outbox.sent";

    /// <summary>Counter: failed sends of the relay.</summary>
    public const string OutboxFailures = "bus.outbox.failures";

    /// <summary>Counter: messages given up as poison.</summary>
    public const string OutboxParked = "bus.outbox.parked";

    /// <summary>Counter: messages of processes that died, sent by another.</summary>
    public const string OutboxTakenOver = "bus.outbox.taken_over";

    /// <summary>Gauge: committed messages of this process that are not yet confirmed.</summary>
    public const string OutboxPending = "bus.outbox.pending";

    /// <summary>Gauge, seconds: age of the oldest message in the outbox, of all processes.</summary>
    public const string OutboxLag = "bus.outbox.lag";

    /// <summary>Counter: messages whose handler failed and that were put off.</summary>
    public const string Redeliveries = "bus.redeliveries";

    /// <summary>Counter: timers that came due and were put into the outbox.</summary>
    public const string TimersFired = "bus.timers.fired";

    /// <summary>Counter, tag outcome: instants of recurring schedules that were dealt with.</summary>
    public const string ScheduleRuns = "bus.schedules.runs";

    /// <summary>Histogram, seconds: how much later than planned, jitter included, an instant of a schedule was fired.</summary>
    public const string ScheduleLateness = "bus.schedules.lateness";

    /// <summary>Histogram, seconds: how much later than due a timer was fired.</summary>
    public const string TimerLateness = "bus.timers.lateness";

    /// <summary>Counter, tags queue, type and outcome: runs of jobs that have ended.</summary>
    public const string JobsEnded = "bus.jobs.ended";

    /// <summary>Histogram, seconds, tags queue, type and outcome: how long a run of a job took.</summary>
    public const string JobDuration = "bus.jobs.duration";

    /// <summary>Histogram, seconds, tags queue and type: how long a job had waited when its run began.</summary>
    public const string JobWait = "bus.jobs.wait";

    /// <summary>Gauge: jobs that this process runs.</summary>
    public const string JobsRunning = "bus.jobs.running";

    /// <summary>Gauge, tag queue: jobs of all processes that are ready and wait for one.</summary>
    public const string JobsWaiting = "bus.jobs.waiting";

    /// <summary>Gauge, seconds, tag queue: how long the first that waits has waited.</summary>
    public const string JobsOldestAge = "bus.jobs.oldest_age";

    /// <summary>Counter, tags queue and type: jobs of processes that died, taken from them by this one.</summary>
    public const string JobsRescued = "bus.jobs.rescued";

    /// <summary>Gauge, seconds: by how much the oldest job that is to be removed has outlived its time.</summary>
    public const string JobsUpkeepLag = "bus.jobs.upkeep.lag";

    /// <summary>Counter: tries of a saga message that lost a race for their row and were made again. Tag: <see cref="SagaTag"/>.</summary>
    public const string SagaConflicts = "bus.saga.conflicts";

    /// <summary>Tag: the short name of the saga's class.</summary>
    public const string SagaTag = "bus.saga";
}
