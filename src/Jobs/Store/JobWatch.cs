using System.Runtime.CompilerServices;
using Bus.Jobs.Running;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Store;

/// <summary>Follows jobs by looking at their rows: when one hears of a change, and now and then because that may be lost. Thread-safe.</summary>
internal sealed class JobWatch<TDbContext>(JobRows<TDbContext> rows, JobWaiters waiters)
    where TDbContext : DbContext
{
    private const int Page = 200;

    // However much a handler has to say.
    private static readonly TimeSpan LookAtMostEvery = TimeSpan.FromMilliseconds(50);

    public async IAsyncEnumerable<JobChange> FollowAsync(Guid id, long? afterLine, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            Look? last = null;
            for (var looks = 1; ; looks++)
            {
                // Before the look: what happens in between is not missed.
                var told = waiters.WhenTold(id);
                // The state first: the lines of a run are there when its end is.
                if (await LookAsync(id, cancellationToken) is not { } look)
                {
                    if (last is null)
                        throw new JobException($"There is no job {id}.");
                    yield break;
                }

                var lines = await rows.LinesAsync(id, afterLine, Page, cancellationToken);
                var isLast = look.EndedAt is not null && lines.Count < Page;
                if (look != last || lines.Count > 0 || isLast)
                    yield return look.Show(lines, isLast);
                if (isLast)
                    yield break;
                looks = look != last || lines.Count > 0 ? 1 : looks;
                last = look;
                afterLine = lines.Count > 0 ? lines[^1].Position : afterLine;
                if (lines.Count == Page)
                    continue;
                waiters.Ask(id);
                await Task.Delay(LookAtMostEvery, OutboxEngine<TDbContext>.Pace, cancellationToken);
                await told.WaitAsync(waiters.PauseAfter(looks), OutboxEngine<TDbContext>.Pace, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // Others who wait for it here look again.
            waiters.Wake(id);
        }
    }

    private Task<Look?> LookAsync(Guid id, CancellationToken cancellationToken) => rows.InScopeAsync(db => db.Set<JobRow>().Where(row => row.Id == id)
        .Select(row => new Look(row.State, row.Claims, row.Attempts, row.Progress, row.Note, row.Error, row.EndedAt)).SingleOrDefaultAsync(cancellationToken));

    private sealed record Look(int State, long Claims, int Attempts, int? Progress, string? Note, string? Error, long? EndedAt)
    {
        public JobChange Show(IReadOnlyList<JobLogLine> lines, bool isLast) => new()
        {
            State = (JobState)State,
            Attempts = Attempts,
            Progress = Progress,
            Note = Note,
            Error = Error,
            EndedAt = EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
            Lines = lines,
            IsLast = isLast,
        };
    }
}
