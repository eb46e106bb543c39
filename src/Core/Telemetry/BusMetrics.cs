using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Bus.Core.Telemetry;

/// <summary>The instruments of Bus. Names and units are in <see cref="TelemetryNames"/>; a reader subscribes to the meter by its name.</summary>
public static class BusMetrics
{
    /// <summary>The meter of all instruments.</summary>
    public static Meter Meter { get; } = new(TelemetryNames.Meter);

    /// <summary>The source of the spans of Bus itself; MassTransit's are under its own name.</summary>
    public static ActivitySource Activities { get; } = new(TelemetryNames.ActivitySource);

    /// <summary>Messages that the inbox knew already.</summary>
    public static Counter<long> InboxDuplicates { get; } = Meter.CreateCounter<long>(TelemetryNames.InboxDuplicates, "{message}");

    /// <summary>Inbox rows removed after their window.</summary>
    public static Counter<long> InboxPurged { get; } = Meter.CreateCounter<long>(TelemetryNames.InboxPurged, "{row}");

    /// <summary>Messages that the broker confirmed.</summary>
    public static Counter<long> OutboxSent { get; } = Meter.CreateCounter<long>(TelemetryNames.OutboxSent, "{message}");

    /// <summary>Failed sends of the relay.</summary>
    public static Counter<long> OutboxFailures { get; } = Meter.CreateCounter<long>(TelemetryNames.OutboxFailures, "{send}");

    /// <summary>Messages given up as poison.</summary>
    public static Counter<long> OutboxParked { get; } = Meter.CreateCounter<long>(TelemetryNames.OutboxParked, "{message}");

    /// <summary>Messages of processes that died, sent by another.</summary>
    public static Counter<long> OutboxTakenOver { get; } = Meter.CreateCounter<long>(TelemetryNames.OutboxTakenOver, "{message}");

    /// <summary>Messages whose handler failed and that were put off.</summary>
    public static Counter<long> Redeliveries { get; } = Meter.CreateCounter<long>(TelemetryNames.Redeliveries, "{message}");

    /// <summary>Timers that came due and were put into the outbox.</summary>
    public static Counter<long> TimersFired { get; } = Meter.CreateCounter<long>(TelemetryNames.TimersFired, "{timer}");

    /// <summary>Instants of recurring schedules that were dealt with, by outcome.</summary>
    public static Counter<long> ScheduleRuns { get; } = Meter.CreateCounter<long>(TelemetryNames.ScheduleRuns, "{run}");

    /// <summary>How much later than planned, jitter included, an instant of a schedule was fired.</summary>
    public static Histogram<double> ScheduleLateness { get; } = Meter.CreateHistogram<double>(TelemetryNames.ScheduleLateness, "s");

    /// <summary>Runs of jobs that have ended.</summary>
    public static Counter<long> JobsEnded { get; } = Meter.CreateCounter<long>(TelemetryNames.JobsEnded, "{run}");

    /// <summary>How long runs of jobs took.</summary>
    public static Histogram<double> JobDuration { get; } = Meter.CreateHistogram<double>(TelemetryNames.JobDuration, "s");

    /// <summary>How long jobs had waited when they began.</summary>
    public static Histogram<double> JobWait { get; } = Meter.CreateHistogram<double>(TelemetryNames.JobWait, "s");

    /// <summary>Jobs of processes that died, taken from them by this one.</summary>
    public static Counter<long> JobsRescued { get; } = Meter.CreateCounter<long>(TelemetryNames.JobsRescued, "{job}");

    /// <summary>How much later than due a timer was fired.</summary>
    public static Histogram<double> TimerLateness { get; } = Meter.CreateHistogram<double>(TelemetryNames.TimerLateness, "s");
}
