using System.Diagnostics;
using Bus.Core.Telemetry;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>Tells the metrics of runs that have ended. Thread-safe.</summary>
internal static class JobMeters
{
    /// <param name="run">How it has ended; it is written.</param>
    public static void Ended(EndedRun run)
    {
        if (run.Job is not { } job || (run.State == JobStates.Queued && run.Failures == 0))
            return;
        var outcome = run.State switch { JobStates.Succeeded => "Succeeded", JobStates.Dead => "Dead", JobStates.Cancelled => "Cancelled", _ => "Failed" };
        if (BusMetrics.JobsEnded.Enabled)
            BusMetrics.JobsEnded.Add(1, new TagList { { "queue", job.Queue }, { "type", job.Type }, { "outcome", outcome } });
        if (BusMetrics.JobDuration.Enabled)
            BusMetrics.JobDuration.Record(run.RunMs / 1000d, new TagList { { "queue", job.Queue }, { "type", job.Type }, { "outcome", outcome } });
        if (BusMetrics.JobWait.Enabled)
            BusMetrics.JobWait.Record(run.WaitMs / 1000d, new TagList { { "queue", job.Queue }, { "type", job.Type } });
    }
}
