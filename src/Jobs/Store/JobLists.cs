using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <summary>Turns what is asked for of a list into what the database is asked.</summary>
internal static class JobLists
{
    /// <summary>The rows of a page, in its order and without what is long.</summary>
    /// <param name="db">Where they are.</param>
    /// <param name="pages">What finds them; null where the database is left to find a way.</param>
    /// <param name="page">What is asked for.</param>
    public static IQueryable<JobRow> Of(DbContext db, JobPages? pages, JobPage page)
    {
        var jobs = db.Set<JobRow>();
        if (page.Tag is { } tag)
            return Tagged(db, tag, page);
        // All of them are in one index as they are asked for.
        var found = pages is null || page is { State: null, Queue: null, Type: null, Tenant: null, Batch: null, Message: null } ? Matching(jobs, page) : From(jobs, pages.Of(page));
        var ordered = page.IsQueued ? found.OrderBy(row => row.Rank).ThenBy(row => row.Id) : found.OrderByDescending(row => row.Id);
        return ordered.AsNoTracking().Take(page.Take).Select(JobSummaries.Light);
    }

    // Along the index of the tag, which is in the order that is asked for.
    private static IQueryable<JobRow> Tagged(DbContext db, string tag, JobPage page)
    {
        var tags = db.Set<JobTagRow>().Where(row => row.Tag == tag);
        if (page.Before is { } last)
            tags = tags.Where(row => row.JobId.CompareTo(last) < 0);
        return tags.Join(Matching(db.Set<JobRow>().AsNoTracking(), page with { Before = null }), row => row.JobId, job => job.Id, (row, job) => new { row.JobId, Job = job })
            .OrderByDescending(one => one.JobId).Take(page.Take).Select(one => one.Job).Select(JobSummaries.Light);
    }

    private static IQueryable<JobRow> From(DbSet<JobRow> jobs, (string Text, object[] Values) statement) => jobs.FromSqlRaw(statement.Text, statement.Values);

    private static IQueryable<JobRow> Matching(IQueryable<JobRow> jobs, JobPage page)
    {
        if (page.State is { } state)
            jobs = jobs.Where(row => row.State == state);
        // Those have an owner, or are tracked, and there is an index of its own for either.
        if (page.State == JobStates.Running)
            jobs = jobs.Where(row => row.OwnerId != null || row.MessageId != null);
        if (page.Type is { } type)
            jobs = jobs.Where(row => row.Type == type);
        if (page.Queue is { } queue)
            jobs = jobs.Where(row => row.Queue == queue);
        if (page.Tenant is { } tenant)
            jobs = jobs.Where(row => row.Tenant == tenant);
        if (page.Batch is { } batch)
            jobs = jobs.Where(row => row.BatchId == batch);
        if (page.Message is { } message)
            jobs = jobs.Where(row => row.MessageId == message);
        if (page.Before is not { } before)
            return jobs;
        return page.IsQueued
            ? jobs.Where(row => row.Rank > page.Rank || (row.Rank == page.Rank && row.Id.CompareTo(before) > 0))
            : jobs.Where(row => row.Id.CompareTo(before) < 0);
    }
}
