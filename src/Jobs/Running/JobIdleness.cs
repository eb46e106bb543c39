using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Running;

/// <inheritdoc/>
internal sealed class JobIdleness<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, JobStation<TDbContext> station, JobLines<TDbContext> lines, JobNews<TDbContext> news, JobCatalog catalog) : IJobIdleness
    where TDbContext : DbContext
{
    public async Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        while (news.Runs)
        {
            // Before the look: what happens in between is not missed.
            var passed = station.WhenPassed();
            // What is due is queued first.
            await engine.WhenNothingIsDueAsync(cancellationToken);
            if (!await HasWorkAsync(cancellationToken))
                return;
            await passed.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> HasWorkAsync(CancellationToken cancellationToken)
    {
        await using (var session = await engine.OpenAsync(cancellationToken))
        {
            var idle = await session.QueryAsync(engine.Dialect.Jobs.IdleLines, row => row.GetString(0), cancellationToken);
            foreach (var key in idle)
                lines.Add(key);
            if (idle.Count > 0)
                return true;
        }

        string[] types = [.. catalog.Types.Select(type => type.Name)];
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
        var pauses = db.Set<JobPauseRow>();
        var isPaused = (int)JobGroup.All;
        var isPausedQueue = (int)JobGroup.Queue;
        var isPausedType = (int)JobGroup.Type;
        var isPausedTenant = (int)JobGroup.Tenant;
        return await db.Set<JobRow>().AnyAsync(
            row => types.Contains(row.Type) && (row.State == JobStates.Running || (row.State == JobStates.Queued
                && !pauses.Any(pause => pause.Kind == isPaused || (pause.Kind == isPausedQueue && pause.Name == row.Queue) || (pause.Kind == isPausedType && pause.Name == row.Type)
                    || (pause.Kind == isPausedTenant && pause.Name == row.Tenant)))),
            cancellationToken);
    }
}
