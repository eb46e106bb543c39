using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <content>Lists of jobs.</content>
internal sealed partial class JobOperations<TDbContext>
{
    public async Task<IReadOnlyList<JobSummary>> ListAsync(JobQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireTake(query.Take);
        if (query.Type?.Contains('\0', StringComparison.Ordinal) == true || query.Queue?.Contains('\0', StringComparison.Ordinal) == true || query.Tenant?.Contains('\0', StringComparison.Ordinal) == true)
            throw new JobException("No queue, type or tenant has a null character in its name.");
        if (query.Tag is { } asked)
            JobTags.Require(asked, "`Tag`");
        var found = await rows.InScopeAsync(async db =>
        {
            var page = new JobPage((int?)query.State, query.Queue, query.Type, query.Tenant, query.Batch, query.Message, query.Tag, query.Before, Rank: 0, query.Take);
            if (page is { IsQueued: true, Before: { } before })
                page = page with { Rank = await RankAsync(db, before, cancellationToken) };
            return await JobLists.Of(db, engine.Dialect.Jobs.Pages, page).ToListAsync(cancellationToken);
        });
        return [.. found.Select(JobSummaries.Of)];
    }

    // One that has been taken meanwhile has its rank still.
    private static async Task<long> RankAsync(TDbContext db, Guid before, CancellationToken cancellationToken) =>
        await db.Set<JobRow>().Where(row => row.Id == before).Select(row => (long?)row.Rank).SingleOrDefaultAsync(cancellationToken)
            ?? throw new JobException($"There is no job {before} to go on from: it was removed meanwhile. Ask for the first page of what waits.");
}
