using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Running;

/// <summary>The end of a run that waits to be written with others, and what the handler wants committed with it.</summary>
internal sealed class JobEnd(EndedRun run, IReadOnlyList<OutboxRecord> records, string? queue) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public EndedRun Run => run;

    public IReadOnlyList<OutboxRecord> Records => records;

    /// <summary>Where others of its type may wait for its end; null where they do not.</summary>
    public string? Queue => queue;
}
