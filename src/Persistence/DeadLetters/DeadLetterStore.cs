using System.Text;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.DeadLetters;

/// <inheritdoc cref="IDeadLetters"/>
internal sealed class DeadLetterStore<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, LetterReplayer<TDbContext> replayer, LetterOperations<TDbContext> operations, DeadLetterUpkeep<TDbContext> upkeep, LetterFields fields) : IDeadLetters
    where TDbContext : DbContext
{
    private const int MostGroups = 1_000;

    public async Task<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken = default)
    {
        LetterQueries.Require(query);
        query = WithField(query);
        return await InScopeAsync(async db =>
        {
            var letters = Letters(db).InOrder(Fields(db), query, query.Before, newestFirst: true);
            if (query.Text is { Length: > 0 } text)
                return await SearchAsync(db, letters, Encoding.UTF8.GetBytes(text), query.Take, cancellationToken);
            var found = await letters.Select(LetterQueries.Shown).Take(query.Take + 1).ToListAsync(cancellationToken);
            return Page(found.Take(query.Take), found.Count > query.Take ? found[query.Take - 1].Id : null);
        });
    }

    public async Task<long> CountAsync(DeadLetterQuery query, CancellationToken cancellationToken = default)
    {
        LetterQueries.RequireForMany(query);
        query = WithField(query with { State = query.State ?? DeadLetterState.Open });
        return await InScopeAsync(db => Letters(db).InOrder(Fields(db), query, null, newestFirst: false).LongCountAsync(cancellationToken));
    }

    public async Task<DeadLetter?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        await FindRowAsync(id, cancellationToken) is { } row ? new DeadLetter(LetterQueries.Summary(row), LetterHeaders.Parse(row.Headers), row.Body) : null;

    public Task<IReadOnlyList<DeadLetterGroup>> GroupsAsync(DeadLetterGroupStatus? status = null, CancellationToken cancellationToken = default) => InScopeAsync<IReadOnlyList<DeadLetterGroup>>(async db =>
    {
        var groups = db.Set<DeadLetterGroupRow>().AsNoTracking();
        if (status is { } asked)
            groups = groups.Where(row => row.Status == (int)asked);
        var found = await groups.OrderByDescending(row => row.LastSeen).ThenBy(row => row.Id).Take(MostGroups).ToListAsync(cancellationToken);
        var open = await Letters(db).Where(row => row.State == LetterReplayer<TDbContext>.Open).GroupBy(row => row.GroupId).Select(group => new { group.Key, Count = group.LongCount() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, cancellationToken);
        return [.. found.Select(row => new DeadLetterGroup(
            row.Id, row.Title, row.Frames.Split('\n', StringSplitOptions.RemoveEmptyEntries), open.GetValueOrDefault(row.Id),
            LetterQueries.Instant(row.FirstSeen)!.Value, LetterQueries.Instant(row.LastSeen)!.Value, (DeadLetterGroupStatus)row.Status, row.Owner, row.Note))];
    });

    public async Task<bool> EditGroupAsync(Guid id, DeadLetterGroupStatus status, string? owner, string? note, CancellationToken cancellationToken = default)
    {
        if (owner is { Length: > 200 })
            throw new DeadLetterException($"The name of an owner has at most 200 characters, but `{owner[..20]}…` has {owner.Length}.");
        RequireStorable(owner);
        RequireStorable(note);
        return await InScopeAsync(db => db.Set<DeadLetterGroupRow>().Where(row => row.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, (int)status).SetProperty(row => row.Owner, owner).SetProperty(row => row.Note, note), cancellationToken)) > 0;
    }

    public async Task<bool> ReplayAsync(Guid id, ReadOnlyMemory<byte>? body = null, string? queue = null, CancellationToken cancellationToken = default)
    {
        RequireQueue(queue);
        if (await FindRowAsync(id, cancellationToken) is not { State: LetterReplayer<TDbContext>.Open } letter)
            return false;
        var edited = body?.ToArray();
        if (edited is not null && LetterReplay.Spoils(letter.ContentType, edited))
            throw new DeadLetterException($"The body of dead letter {id} is {letter.ContentType}, and what should take its place is no JSON: mend it, or send it as it was.");
        if (letter.Kind == NewLetter.Job)
        {
            return queue is not null
                ? throw new DeadLetterException($"Dead letter {id} is a job, which runs again in its own queue `{letter.Queue}`: leave out the other one.")
                : await replayer.RunAgainAsync(letter, edited, cancellationToken);
        }

        if (await replayer.RefusalAsync(queue ?? letter.Queue, cancellationToken) is { } refusal)
            throw new DeadLetterException(refusal);
        var note = string.Join(", ", new[] { edited is null ? null : "edited", queue is null ? null : $"sent to {queue}" }.OfType<string>());
        var message = await replayer.PrepareAsync(letter, edited, queue, cancellationToken);
        return await replayer.SendAsync([(id, message, note.Length > 0 ? note : null)], (_, sent) => Task.FromResult(sent == 1), cancellationToken) == 1;
    }

    public async Task<bool> DiscardAsync(Guid id, string reason, CancellationToken cancellationToken = default)
    {
        RequireReason(reason);
        return await replayer.DiscardAsync([id], reason, (_, _) => Task.FromResult(true), cancellationToken) == 1;
    }

    public async Task<DeadLetterOperation> StartReplayAsync(DeadLetterQuery query, DeadLetterPace? pace = null, string? queue = null, CancellationToken cancellationToken = default)
    {
        if (queue is null)
            return await StartAsync(DeadLetterAction.Replay, query, null, pace, null, cancellationToken);
        RequireQueue(queue);
        if (query.Kind == DeadLetterKind.Job)
            throw new DeadLetterException($"Jobs run again in their own queues, not in `{queue}`: leave out the queue.");
        return await replayer.RefusalAsync(queue, cancellationToken) is { } refusal
            ? throw new DeadLetterException(refusal)
            : await StartAsync(DeadLetterAction.Replay, query with { Kind = DeadLetterKind.Message }, null, pace, queue, cancellationToken);
    }

    public Task<DeadLetterOperation> StartDiscardAsync(DeadLetterQuery query, string reason, DeadLetterPace? pace = null, CancellationToken cancellationToken = default)
    {
        RequireReason(reason);
        return StartAsync(DeadLetterAction.Discard, query, reason, pace, null, cancellationToken);
    }

    public Task<DeadLetterOperation> StartIndexAsync(DeadLetterQuery query, DeadLetterPace? pace = null, CancellationToken cancellationToken = default) => fields.IsEmpty
        ? throw new DeadLetterException("No field is declared in this process: name them in `Bus:DeadLetters:SearchFields` or by `letters.SearchField(…)` in `bus.AddDeadLetters`, in every process.")
        : StartAsync(DeadLetterAction.Index, query, fields.Text, pace, null, cancellationToken);

    public Task<DeadLetterOperation?> FindOperationAsync(Guid id, CancellationToken cancellationToken = default) => operations.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<DeadLetterOperation>> OperationsAsync(CancellationToken cancellationToken = default) => operations.ListAsync(cancellationToken);

    public async Task<bool> ContinueAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var goesOn = await operations.ContinueAsync(id, cancellationToken);
        upkeep.Wake();
        return goesOn;
    }

    public Task<bool> StopAsync(Guid id, CancellationToken cancellationToken = default) => operations.StopAsync(id, cancellationToken);

    private static IQueryable<DeadLetterRow> Letters(TDbContext db) => db.Set<DeadLetterRow>().AsNoTracking();

    private static IQueryable<DeadLetterFieldRow> Fields(TDbContext db) => db.Set<DeadLetterFieldRow>().AsNoTracking();

    private DeadLetterQuery WithField(DeadLetterQuery query) => query.Field is { } field ? query with { Field = fields.Require(field) } : query;

    private static DeadLetterPage Page(IEnumerable<DeadLetterRow> rows, Guid? next) => new([.. rows.Select(LetterQueries.Summary)], next);

    private static void RequireQueue(string? queue)
    {
        if (queue is not null && (string.IsNullOrWhiteSpace(queue) || queue.Length > 255 || queue.AsSpan().ContainsAny("?#/") || !Uri.IsWellFormedUriString($"queue:{queue}", UriKind.Absolute)))
            throw new DeadLetterException($"'{queue}' is no name of a queue: give the name of an endpoint, or none to send letters back to where they failed.");
    }

    private static void RequireReason(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new DeadLetterException("Say why it is discarded: whoever looks for it later reads the reason.");
        RequireStorable(reason);
    }

    private static void RequireStorable(string? text)
    {
        if (text?.Contains('\0', StringComparison.Ordinal) == true)
            throw new DeadLetterException("A text with a null character in it cannot be stored: leave it out.");
    }

    private static async Task<DeadLetterPage> SearchAsync(TDbContext db, IQueryable<DeadLetterRow> letters, byte[] text, int most, CancellationToken cancellationToken)
    {
        List<Guid> hits = [];
        var (last, seen) = (Guid.Empty, 0);
        await foreach (var letter in letters.Select(row => new { row.Id, row.Body }).Take(DeadLetterQuery.MostBodies).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            (last, seen) = (letter.Id, seen + 1);
            if (letter.Body.AsSpan().IndexOf(text) >= 0)
                hits.Add(letter.Id);
            if (hits.Count == most)
                break;
        }

        var found = await Letters(db).Where(row => hits.Contains(row.Id)).OrderByDescending(row => row.Id).Select(LetterQueries.Shown).ToListAsync(cancellationToken);
        return Page(found, hits.Count == most || seen == DeadLetterQuery.MostBodies ? last : null);
    }

    private async Task<DeadLetterOperation> StartAsync(DeadLetterAction action, DeadLetterQuery query, string? reason, DeadLetterPace? pace, string? queue, CancellationToken cancellationToken)
    {
        LetterQueries.RequireForMany(query);
        if (action != DeadLetterAction.Index && (query = query with { State = query.State ?? DeadLetterState.Open }).State != DeadLetterState.Open)
            throw new DeadLetterException("Only open letters are replayed or discarded: leave `State` out of the query.");
        query = WithField(query);
        var started = await operations.StartAsync(engine.Dialect.NewKey(), action, query, reason, pace ?? new DeadLetterPace(), queue, cancellationToken);
        upkeep.Wake();
        return started;
    }

    private Task<DeadLetterRow?> FindRowAsync(Guid id, CancellationToken cancellationToken) => InScopeAsync(db => Letters(db).SingleOrDefaultAsync(row => row.Id == id, cancellationToken));

    private async Task<T> InScopeAsync<T>(Func<TDbContext, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TDbContext>());
    }
}
