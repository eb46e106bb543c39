using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Running;

/// <summary>The end of a run that waits to be written with others, and what the handler wants committed with it.</summary>
internal sealed class JobEnd(EndedRun run, IReadOnlyList<OutboxRecord> records, IReadOnlyList<JobLogRow> lines, string? queue) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public EndedRun Run => run;

    public IReadOnlyList<OutboxRecord> Records => records;

    /// <summary>What the handler has logged and is not written yet.</summary>
    public IReadOnlyList<JobLogRow> Lines => lines;

    /// <summary>Whether the end is all that there is to write.</summary>
    public bool IsBare => records.Count == 0 && lines.Count == 0 && run is { Failures: 0, CallsBack: false };

    /// <summary>Where others of its type may wait for its end; null where they do not.</summary>
    public string? Queue => queue;
}
