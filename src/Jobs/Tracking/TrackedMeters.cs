using System.Diagnostics;
using Bus.Core.Telemetry;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Tracking;

/// <summary>Tells the metrics of jobs what became of messages that are tracked. Thread-safe.</summary>
internal static class TrackedMeters
{
    /// <param name="change">What is written. Only runs that have ended count.</param>
    public static void Tell(TrackedChange change)
    {
        if (change.Count is not { Runs: > 0 } count)
            return;
        var outcome = change.State switch { JobStates.Succeeded => "Succeeded", JobStates.Dead => "Dead", _ => "Failed" };
        if (BusMetrics.JobsEnded.Enabled)
            BusMetrics.JobsEnded.Add(1, new TagList { { "queue", change.Queue }, { "type", change.Type }, { "outcome", outcome } });
        if (BusMetrics.JobDuration.Enabled)
            BusMetrics.JobDuration.Record(count.RunMs / 1000d, new TagList { { "queue", change.Queue }, { "type", change.Type }, { "outcome", outcome } });
        if (BusMetrics.JobWait.Enabled)
            BusMetrics.JobWait.Record(count.WaitMs / 1000d, new TagList { { "queue", change.Queue }, { "type", change.Type } });
    }
}
