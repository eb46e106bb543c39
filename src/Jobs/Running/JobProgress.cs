using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Running;

/// <summary>Writes how far a run is, past the handler's own transaction. Thread-safe.</summary>
internal sealed class JobProgress<TDbContext>(IServiceScopeFactory scopes, JobWaiters waiters)
    where TDbContext : DbContext
{
    private const int LongestNote = 1_000;

    public async Task ReportAsync(ClaimedJob job, int percent, string? note)
    {
        note = note is null ? null : JobText.Of(note, LongestNote);
        // On a one-writer database a handler that has written would wait for itself.
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TDbContext>().Set<JobRow>().Where(row => row.Id == job.Id && row.Claims == job.Claim && row.State == JobStates.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Progress, percent).SetProperty(row => row.Note, note));
        waiters.Tell(job.Id);
    }
}
