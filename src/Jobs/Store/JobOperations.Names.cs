using System.Data.Common;
using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <content>The names of jobs that are run again.</content>
internal sealed partial class JobOperations<TDbContext>
{
    /// <summary>Lets a job that has come to its end have its name again, in the transaction that is open. One whose name counts for a time has it still, or no longer.</summary>
    /// <exception cref="JobException">Another has it.</exception>
    private static async Task NameAgainAsync(TDbContext db, Guid id, string name, long now, CancellationToken cancellationToken)
    {
        var all = db.Set<JobRow>();
        // One whose name counts for a time does not take it anew.
        if (await all.AnyAsync(row => row.Id == id && row.UniqueUntil != null, cancellationToken))
            return;
        // As whoever enqueues one of that name does: the time of one that has it may be over.
        await all.Where(row => row.UniqueKey == name && row.UniqueUntil <= now).ExecuteUpdateAsync(set => set.SetProperty(row => row.UniqueKey, (string?)null), cancellationToken);
        if (await all.Where(row => row.UniqueKey == name && row.Id != id).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken) is { } other)
            throw Taken(id, $"job {other}", null);
        try
        {
            await all.Where(row => row.Id == id && row.UniqueUntil == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.UniqueKey, name), cancellationToken);
        }
        catch (DbException exception) when (exception.Message.Contains("unique_key", StringComparison.Ordinal))
        {
            // It came in between: the index of names has refused it.
            throw Taken(id, "another job", exception);
        }
    }

    private static JobException Taken(Guid id, string holder, Exception? cause) =>
        new($"Job {id} cannot be run again now: {holder} has the name that both were given in `{nameof(EnqueueOptions.Unique)}`. When that one has ended, is cancelled or deleted, or its time is over, it can.", cause!) { IsConflict = true };
}
