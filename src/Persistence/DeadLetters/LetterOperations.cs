using System.Text.Json;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.DeadLetters;

/// <summary>What is done with many letters.</summary>
internal static class LetterOperations
{
    public const int Replay = 0;
    public const int Discard = 1;
}

/// <summary>
/// Keeps and carries out what is asked for many letters, a block at a time. How far it is stands in its row, which is changed in the transaction that changes the letters, and only from where it stood: of two processes that
/// carry out one block one does. Thread-safe.
/// </summary>
internal sealed class LetterOperations<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, LetterReplayer<TDbContext> replayer)
    where TDbContext : DbContext
{
    private const int Block = 100;
    private const int Listed = 100;
    private const int Running = (int)DeadLetterOperationState.Running;
    private const int Paused = (int)DeadLetterOperationState.Paused;

    public async Task<DeadLetterOperation> StartAsync(Guid id, int action, DeadLetterQuery query, string? reason, DeadLetterPace pace, CancellationToken cancellationToken)
    {
        if (pace.Canary is < 1)
            throw new DeadLetterException($"`Canary` must be at least 1, but is {pace.Canary}. Leave it out for no pause.");
        if (pace.PerSecond is < 1 or > 1_000)
            throw new DeadLetterException($"`PerSecond` must be between 1 and 1,000, but is {pace.PerSecond}. Leave it out for no limit.");
        var now = await engine.Timers.NowAsync(cancellationToken);
        return await InScopeAsync(async db =>
        {
            var row = new DeadLetterReplayRow
            {
                Id = id,
                Action = action,
                Query = JsonSerializer.Serialize(query),
                Reason = reason,
                Canary = pace.Canary,
                PerSecond = pace.PerSecond,
                CreatedAt = now,
            };
            row.Matched = await Of(db, row).LongCountAsync(cancellationToken);
            db.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            return LetterQueries.Operation(row);
        });
    }

    public async Task<DeadLetterOperation?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await InScopeAsync(db => db.Set<DeadLetterReplayRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)) is { } row ? LetterQueries.Operation(row) : null;

    public async Task<IReadOnlyList<DeadLetterOperation>> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await InScopeAsync(db => db.Set<DeadLetterReplayRow>().AsNoTracking().OrderByDescending(row => row.Id).Take(Listed).ToListAsync(cancellationToken));
        return rows.ConvertAll(LetterQueries.Operation);
    }

    /// <summary>Those that are to be carried out.</summary>
    public Task<List<DeadLetterReplayRow>> RunningAsync(CancellationToken cancellationToken) =>
        InScopeAsync(db => db.Set<DeadLetterReplayRow>().AsNoTracking().Where(row => row.State == Running).OrderBy(row => row.Id).ToListAsync(cancellationToken));

    public Task<bool> ContinueAsync(Guid id, CancellationToken cancellationToken) => InScopeAsync(async db =>
        await db.Set<DeadLetterReplayRow>().Where(row => row.Id == id && row.State == Paused).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, Running).SetProperty(row => row.Canary, (int?)null), cancellationToken) > 0);

    public Task<bool> StopAsync(Guid id, CancellationToken cancellationToken)
    {
        var now = engine.Timers.Now;
        return InScopeAsync(async db => await db.Set<DeadLetterReplayRow>().Where(row => row.Id == id && (row.State == Running || row.State == Paused)).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, (int)DeadLetterOperationState.Stopped).SetProperty(row => row.EndedAt, now), cancellationToken) > 0);
    }

    /// <summary>Carries out the next block.</summary>
    /// <param name="operation">As it was read.</param>
    /// <param name="most">How many letters at most.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    /// <returns>How many letters it has looked at; 0 when it is at its end, or changed meanwhile.</returns>
    public async Task<int> AdvanceAsync(DeadLetterReplayRow operation, int most, CancellationToken cancellationToken)
    {
        var left = operation.Canary is { } canary ? canary - operation.Succeeded - operation.Failed : long.MaxValue;
        var letters = await NextAsync(operation, (int)Math.Min(left, Math.Min(most, Block)), cancellationToken);
        var end = letters.Count > 0 ? letters[^1].Id : operation.Position;
        var state = letters.Count == 0 ? (int)DeadLetterOperationState.Done : letters.Count == left ? Paused : Running;
        if (operation.Action == LetterOperations.Discard)
            await replayer.DiscardAsync([.. letters.Select(letter => letter.Id)], operation.Reason!, (db, done) => NoteAsync(db, operation, state, end, done, 0, null), cancellationToken);
        else
            await ReplayAsync(operation, letters, state, end, cancellationToken);
        return letters.Count;
    }

    private async Task ReplayAsync(DeadLetterReplayRow operation, List<DeadLetterRow> letters, int state, Guid? end, CancellationToken cancellationToken)
    {
        List<(Guid, OutboxRecord, string?)> messages = [];
        var (ran, failed, error) = (0, 0, (string?)null);
        foreach (var letter in letters)
        {
            try
            {
                if (letter.Kind != NewLetter.Job)
                    messages.Add((letter.Id, await replayer.PrepareAsync(letter, null, null, cancellationToken), null));
                else if (await replayer.RunAgainAsync(letter, null, cancellationToken))
                    ran++;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !engine.Database.IsUnavailable(exception))
            {
                (failed, error) = (failed + 1, $"Dead letter {letter.Id}: {exception.Message}".Replace('\0', '\uFFFD'));
            }
        }

        await replayer.SendAsync(messages, (db, sent) => NoteAsync(db, operation, state, end, ran + sent, failed, error), cancellationToken);
    }

    private async Task<bool> NoteAsync(TDbContext db, DeadLetterReplayRow operation, int state, Guid? end, int done, int failed, string? error)
    {
        var ended = state == (int)DeadLetterOperationState.Done ? engine.Timers.Now : (long?)null;
        return await db.Set<DeadLetterReplayRow>().Where(row => row.Id == operation.Id && row.State == Running && row.Position == operation.Position).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.State, state)
                .SetProperty(row => row.Position, end)
                .SetProperty(row => row.Succeeded, row => row.Succeeded + done)
                .SetProperty(row => row.Failed, row => row.Failed + failed)
                .SetProperty(row => row.Error, row => error ?? row.Error)
                .SetProperty(row => row.EndedAt, ended)) == 1;
    }

    private Task<List<DeadLetterRow>> NextAsync(DeadLetterReplayRow operation, int most, CancellationToken cancellationToken) => InScopeAsync(db =>
    {
        var letters = Of(db, operation);
        if (operation.Position is { } position)
            letters = letters.Where(row => row.Id.CompareTo(position) > 0);
        return letters.OrderBy(row => row.Id).Take(most).ToListAsync(cancellationToken);
    });

    // What comes back, because it fails again, comes later: it is not replayed in a circle.
    private static IQueryable<DeadLetterRow> Of(TDbContext db, DeadLetterReplayRow operation) =>
        db.Set<DeadLetterRow>().AsNoTracking().That(JsonSerializer.Deserialize<DeadLetterQuery>(operation.Query)!).Where(row => row.StoredAt <= operation.CreatedAt);

    private async Task<T> InScopeAsync<T>(Func<TDbContext, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TDbContext>());
    }
}
