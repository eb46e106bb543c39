using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <summary>What is written when jobs go to another state otherwise than by their runs.</summary>
internal static class JobChanges
{
    /// <summary>Those that wait do not run.</summary>
    public static Task<int> CancelAsync(IQueryable<JobRow> waiting, long now, CancellationToken cancellationToken) => waiting.ExecuteUpdateAsync(
        set => set
            .SetProperty(row => row.State, JobStates.Cancelled)
            .SetProperty(row => row.DueAt, (long?)null)
            .SetProperty(row => row.EndedAt, now)
            .SetProperty(row => row.UniqueKey, row => row.UniqueUntil == null ? null : row.UniqueKey)
            .SetProperty(row => row.Error, "Cancelled before it ran."),
        cancellationToken);

    /// <summary>They begin anew.</summary>
    /// <param name="jobs">Those that are not queued, held or run.</param>
    /// <param name="state">Queued, or held.</param>
    /// <param name="now">In Unix milliseconds.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static Task<int> QueueAgainAsync(IQueryable<JobRow> jobs, int state, long now, CancellationToken cancellationToken)
    {
        var rank = now * 1000;
        return jobs.ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.State, state)
                .SetProperty(row => row.Rank, row => rank - (row.Priority * JobDialect.MicrosecondsAPriority))
                .SetProperty(row => row.DueAt, (long?)null)
                .SetProperty(row => row.StartBefore, (long?)null)
                .SetProperty(row => row.EndedAt, (long?)null)
                .SetProperty(row => row.Attempts, 0)
                .SetProperty(row => row.Crashes, 0)
                .SetProperty(row => row.Result, (byte[]?)null)
                .SetProperty(row => row.Error, (string?)null),
            cancellationToken);
    }
}
