using System.Text.Json;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.DeadLetters;

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

    public async Task<DeadLetterOperation> StartAsync(Guid id, DeadLetterAction action, DeadLetterQuery query, string? reason, DeadLetterPace pace, string? queue, CancellationToken cancellationToken)
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
                Action = (int)action,
                Query = JsonSerializer.Serialize(query),
                Reason = reason,
                Queue = queue,
                Canary = pace.Canary,
                PerSecond = pace.PerSecond,
                CreatedAt = now,
            };
            row.Matched = await Of(db, row, null).LongCountAsync(cancellationToken);
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
        var left = operation.Canary is { } canary ? canary - operation.Succeeded - operation.Failed - operation.Refused : long.MaxValue;
        var letters = await NextAsync(operation, (int)Math.Min(left, Math.Min(most, Block)), cancellationToken);
        Guid? end = letters.Count > 0 ? letters[^1] : operation.Position;
        var state = letters.Count == 0 ? (int)DeadLetterOperationState.Done : letters.Count == left ? Paused : Running;
        var step = new Step(operation, state, end);
        await ((DeadLetterAction)operation.Action switch
        {
            DeadLetterAction.Discard => replayer.DiscardAsync(letters, operation.Reason!, (db, done) => NoteAsync(db, step with { Done = done }), cancellationToken),
            DeadLetterAction.Index => IndexAsync(step, letters, cancellationToken),
            _ => ReplayAsync(step, letters, cancellationToken),
        });
        return letters.Count;
    }

    private async Task IndexAsync(Step step, List<Guid> ids, CancellationToken cancellationToken)
    {
        // Those of the process where it was asked for: this one may declare others, or none.
        var fields = LetterFields.Parse(step.Operation.Reason!);
        List<string> names = [.. fields.Names];
        var letters = await ReadAsync(ids, cancellationToken);
        var found = LetterWriter.FieldsOf(letters.SelectMany(letter => fields.Of(letter.Body, letter.Kind == NewLetter.Job), (letter, field) => (letter.Id, field)));
        await replayer.WriteAsync(
            async db =>
            {
                // The row first: another process that carries out this block waits for it, and finds it moved.
                if (!await NoteAsync(db, step with { Done = letters.Count }))
                    return false;
                await db.Set<DeadLetterFieldRow>().Where(row => ids.Contains(row.LetterId) && names.Contains(row.Name)).ExecuteDeleteAsync(cancellationToken);
                if (found is not null)
                    await LetterWriter.AddFieldsAsync(engine.Dialect, db, found, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    private async Task ReplayAsync(Step step, List<Guid> ids, CancellationToken cancellationToken)
    {
        var letters = await ReadAsync(ids, cancellationToken);
        List<(Guid, OutboxRecord, string?)> messages = [];
        var (ran, failed, refused, error) = (0, 0, 0, (string?)null);
        var refusals = new Dictionary<string, string?>(StringComparer.Ordinal);
        var target = step.Operation.Queue;
        foreach (var queue in letters.Where(letter => letter.Kind != NewLetter.Job).Select(letter => target ?? letter.Queue).Distinct(StringComparer.Ordinal))
            refusals[queue] = await replayer.RefusalAsync(queue, cancellationToken);
        foreach (var letter in letters)
        {
            try
            {
                if (letter.Kind != NewLetter.Job && refusals[target ?? letter.Queue] is { } refusal)
                    (refused, error) = (refused + 1, $"Dead letter {letter.Id}: {refusal}");
                else if (letter.Kind != NewLetter.Job)
                    messages.Add((letter.Id, await replayer.PrepareAsync(letter, null, target, cancellationToken), target is null ? null : $"sent to {target}"));
                else if (await replayer.RunAgainAsync(letter, null, cancellationToken))
                    ran++;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !engine.Database.IsUnavailable(exception))
            {
                (failed, error) = (failed + 1, $"Dead letter {letter.Id}: {exception.Message}".Replace('\0', '\uFFFD'));
            }
        }

        await replayer.SendAsync(messages, (db, sent) => NoteAsync(db, step with { Done = ran + sent, Failed = failed, Refused = refused, Error = error }), cancellationToken);
    }

    private async Task<bool> NoteAsync(TDbContext db, Step step)
    {
        var (operation, state, end) = (step.Operation, step.State, step.End);
        var (done, failed, refused, error) = (step.Done, step.Failed, step.Refused, step.Error);
        var ended = state == (int)DeadLetterOperationState.Done ? engine.Timers.Now : (long?)null;
        return await db.Set<DeadLetterReplayRow>().Where(row => row.Id == operation.Id && row.State == Running && row.Position == operation.Position).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.State, state)
                .SetProperty(row => row.Position, end)
                .SetProperty(row => row.Succeeded, row => row.Succeeded + done)
                .SetProperty(row => row.Failed, row => row.Failed + failed)
                .SetProperty(row => row.Refused, row => row.Refused + refused)
                .SetProperty(row => row.Error, row => error ?? row.Error)
                .SetProperty(row => row.EndedAt, ended)) == 1;
    }

    /// <summary>The next letters, as many as fit into memory together where their bodies are needed.</summary>
    private Task<List<Guid>> NextAsync(DeadLetterReplayRow operation, int most, CancellationToken cancellationToken) => InScopeAsync(async db =>
    {
        var letters = Of(db, operation, operation.Position).Take(most);
        if (operation.Action == (int)DeadLetterAction.Discard)
            return await letters.Select(row => row.Id).ToListAsync(cancellationToken);
        var next = await letters.Select(row => new { row.Id, row.Body.Length }).ToListAsync(cancellationToken);
        return next.Take(LetterBlock.Fit(next.ConvertAll(row => row.Length), LetterBlock.MostBytes)).Select(row => row.Id).ToList();
    });

    private Task<List<DeadLetterRow>> ReadAsync(List<Guid> letters, CancellationToken cancellationToken) =>
        InScopeAsync(db => db.Set<DeadLetterRow>().AsNoTracking().Where(row => letters.Contains(row.Id)).OrderBy(row => row.Id).ToListAsync(cancellationToken));

    // What comes back, because it fails again, comes later: it is not replayed in a circle.
    private static IQueryable<DeadLetterRow> Of(TDbContext db, DeadLetterReplayRow operation, Guid? from) => db.Set<DeadLetterRow>().AsNoTracking()
        .Where(row => row.StoredAt <= operation.CreatedAt).InOrder(db.Set<DeadLetterFieldRow>(), JsonSerializer.Deserialize<DeadLetterQuery>(operation.Query)!, from, newestFirst: false);

    /// <summary>What becomes of an operation's row with a block.</summary>
    private sealed record Step(DeadLetterReplayRow Operation, int State, Guid? End)
    {
        public int Done { get; init; }

        public int Failed { get; init; }

        public int Refused { get; init; }

        public string? Error { get; init; }
    }

    private async Task<T> InScopeAsync<T>(Func<TDbContext, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TDbContext>());
    }
}
