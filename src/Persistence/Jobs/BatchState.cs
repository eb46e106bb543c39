using System.Data.Common;

namespace Bus.Persistence.Jobs;

/// <summary>What happens to a batch, each once: a callback may be enqueued for it.</summary>
internal enum BatchEvent
{
    /// <summary>One of its jobs is dead.</summary>
    Failed,

    /// <summary>All have ended.</summary>
    Done,

    /// <summary>All have succeeded.</summary>
    Succeeded,
}

/// <summary>The counts of a batch, and what has happened to it.</summary>
internal sealed record BatchState(int Total, int Succeeded, int Dead, int Cancelled, bool IsClosed, bool HasFailed, bool IsDone, bool HasSucceeded)
{
    /// <summary>The columns, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns = "total, succeeded, dead, cancelled, closed_at, first_failed_at, done_at, succeeded_at";

    public static BatchState Read(DbDataReader row) => new(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), !row.IsDBNull(4), !row.IsDBNull(5), !row.IsDBNull(6), !row.IsDBNull(7));

    /// <summary>What has happened now.</summary>
    public IEnumerable<BatchEvent> Due()
    {
        if (Dead > 0 && !HasFailed)
            yield return BatchEvent.Failed;
        if (!IsClosed)
            yield break;
        if (Succeeded + Dead + Cancelled == Total && !IsDone)
            yield return BatchEvent.Done;
        if (Succeeded == Total && !HasSucceeded)
            yield return BatchEvent.Succeeded;
    }
}
