using System.Text.Json;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Declaring;
using Bus.Scheduler.Firing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Scheduler.Store;

/// <inheritdoc cref="ISchedules"/>
internal sealed class Schedules<TDbContext>(ScheduleDispatcher<TDbContext> dispatcher, ScheduleChanges<TDbContext> changes, IServiceScopeFactory scopes, SchedulesOptions options) : ISchedules
    where TDbContext : DbContext
{
    private const int MostBackfilled = 1000;

    private readonly RunSender _sender = new(options);

    // The time by which schedules fire, and not this machine's.
    private async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => DateTimeOffset.FromUnixTimeMilliseconds(await dispatcher.NowAsync(cancellationToken));

    public Task<IReadOnlyList<ScheduleSummary>> ListAsync(ScheduleQuery query, CancellationToken cancellationToken = default) =>
        ReadAsync(async db => await ScheduleReader.ListAsync(db, query, await NowAsync(cancellationToken), cancellationToken));

    public Task<ScheduleSummary?> FindAsync(string name, CancellationToken cancellationToken = default) => ReadAsync(db => ScheduleReader.FindAsync(db, name, cancellationToken));

    public Task<IReadOnlyList<ScheduleRunSummary>> RunsAsync(string name, int count, DateTimeOffset? before = null, CancellationToken cancellationToken = default) =>
        ReadAsync(db => ScheduleReader.RunsAsync(db, name, count, before, cancellationToken));

    public async Task<IReadOnlyList<DateTimeOffset>> NextAsync(string name, int count, CancellationToken cancellationToken = default)
    {
        ScheduleReader.DemandCount(count);
        var row = await ReadAsync(db => db.Set<ScheduleRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancellationToken)) ?? throw ScheduleException.NotFound(name);
        if (row.State is (int)ScheduleState.Finished or (int)ScheduleState.Retired)
            return [];
        // Of one that is paused those in between are left out when it is resumed.
        var from = row.State == (int)ScheduleState.Paused ? Math.Max(row.LastAt, await dispatcher.NowAsync(cancellationToken)) : row.LastAt;
        var served = ServedSchedule.Of(row);
        var left = served.Definition.MaxRuns - row.Runs ?? long.MaxValue;
        return [.. served.Timing.After(DateTimeOffset.FromUnixTimeMilliseconds(from)).Take((int)Math.Min(count, left))];
    }

    public Task CreateAsync<T>(string name, ScheduleDefinition definition, T message, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        return CreateAsync(name, definition, ScheduleTypes.NameOf(typeof(T)), ScheduleJson.WriteMessage(message, typeof(T)), cancellationToken);
    }

    public async Task CreateAsync(string name, ScheduleDefinition definition, string messageType, string message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(definition);
        var now = await NowAsync(cancellationToken);
        ScheduleCheck.Demand(name, definition, now);
        if (options.Types.Find(messageType) is not { } type)
            throw new ScheduleException($"The message type `{messageType}` is not allowed. Call `AllowMessage<T>()` in `AddSchedules`. Allowed are: {string.Join(", ", options.Types.Names.Select(known => $"`{known}`"))}.");
        var row = ScheduleRows.Create(name, definition, type, Parse(message, type), now.ToUnixTimeMilliseconds());
        await changes.AddAsync(row, cancellationToken);
    }

    public async Task EditAsync(string name, Func<ScheduleDefinition, ScheduleDefinition> change, string? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var now = await NowAsync(cancellationToken);
        await changes.ChangeAsync(name, row =>
        {
            DemandNotRetired(row);
            var (type, known) = message is null ? _sender.Read(row) : (_sender.TypeOf(row), row.Message);
            var definition = change(ScheduleJson.Read(row.Definition));
            ScheduleCheck.Demand(name, definition, now);
            ScheduleRows.Edit(row, definition, type, message is null ? known : Parse(message, type), now.ToUnixTimeMilliseconds());
        }, cancellationToken);
    }

    public Task PauseAsync(string name, CancellationToken cancellationToken = default) => changes.ChangeAsync(name, row =>
    {
        DemandAlive(row);
        (row.State, row.DueAt, row.WaitingAt, row.Version) = ((int)ScheduleState.Paused, null, null, row.Version + 1);
    }, cancellationToken);

    public async Task ResumeAsync(string name, CancellationToken cancellationToken = default)
    {
        var now = await dispatcher.NowAsync(cancellationToken);
        await changes.ChangeAsync(
            name,
            row =>
            {
                DemandAlive(row);
                if (row.State == (int)ScheduleState.Active)
                    return;
                row.State = (int)ScheduleState.Active;
                row.LastAt = Math.Max(row.LastAt, now);
                ScheduleRows.Plan(row);
            },
            cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => changes.DeleteAsync(name, cancellationToken);

    public async Task<ScheduledRun> RunNowAsync(string name, CancellationToken cancellationToken = default)
    {
        ScheduledRun? run = null;
        var now = await dispatcher.NowAsync(cancellationToken);
        await changes.ChangeAsync(name, async (scope, db, row) =>
        {
            var message = _sender.Read(row);
            var definition = ScheduleJson.Read(row.Definition);
            var planned = now;
            while (await db.Set<ScheduleRunRow>().AnyAsync(known => known.Schedule == name && known.PlannedAt == planned && known.Kind == (int)RunKind.Requested, cancellationToken))
                planned++;
            await SendAsync(scope, db, row, definition, message, planned, now, RunKind.Requested, cancellationToken);
            if (definition.Overlap == OverlapPolicy.CancelPrevious && row.ActiveRun is { } active)
                await RunHistory.CancelAsync(db, name, active, cancellationToken);
            if (definition.Overlap == OverlapPolicy.CancelPrevious || (definition.Overlap != OverlapPolicy.Allow && row.ActiveRun is null))
                (row.ActiveRun, row.ActiveSince) = (planned, now);
            await RunHistory.TrimAsync(db, row, options.History, cancellationToken);
            run = new ScheduledRun(name, DateTimeOffset.FromUnixTimeMilliseconds(planned), RunKind.Requested);
        }, cancellationToken);
        return run!;
    }

    public async Task<int> BackfillAsync(string name, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        var now = await NowAsync(cancellationToken);
        if (from >= until || until > now)
            throw new ScheduleException($"A backfill needs a range of the past, but {from:O} to {until:O} is none: now is {now:O}.");
        var fired = 0;
        await changes.ChangeAsync(name, async (scope, db, row) =>
        {
            var message = _sender.Read(row);
            var served = ServedSchedule.Of(row);
            DemandInHistory(row, from);
            // Not more than the schedule itself has dealt with: what is to come, or waits, is its own.
            var planned = served.Timing.After(from.AddMilliseconds(-1)).TakeWhile(instant => instant < until && instant.ToUnixTimeMilliseconds() <= row.LastAt).Where(instant => instant.ToUnixTimeMilliseconds() != row.WaitingAt).Take(MostBackfilled + 1).Select(instant => instant.ToUnixTimeMilliseconds()).ToList();
            if (planned.Count > MostBackfilled)
                throw new ScheduleException($"From {from:O} to {until:O} schedule `{name}` has more than {MostBackfilled} instants: backfill smaller ranges.");
            var runs = await db.Set<ScheduleRunRow>().Where(run => run.Schedule == name && run.Kind == (int)RunKind.Planned && planned.Contains(run.PlannedAt)).AsTracking().ToDictionaryAsync(run => run.PlannedAt, cancellationToken);
            fired = 0;
            foreach (var instant in planned)
            {
                if (runs.TryGetValue(instant, out var known))
                {
                    if (known.MessageId is not null)
                        continue;
                    db.Remove(known);
                    await db.SaveChangesAsync(cancellationToken);
                }

                await SendAsync(scope, db, row, served.Definition, message, instant, now.ToUnixTimeMilliseconds(), RunKind.Planned, cancellationToken);
                fired++;
            }
        }, cancellationToken);
        return fired;
    }

    // What has been cut off the history may have been fired.
    private static void DemandInHistory(ScheduleRow row, DateTimeOffset from)
    {
        if (from.ToUnixTimeMilliseconds() < row.HistoryFrom)
            throw new ScheduleException($"The history of schedule `{row.Name}` goes back to {DateTimeOffset.FromUnixTimeMilliseconds(row.HistoryFrom):O}; what was fired before is not known. Backfill from there, and keep more runs with `History`.");
    }

    private static async Task SendAsync(
        IServiceProvider scope, TDbContext db, ScheduleRow row, ScheduleDefinition definition, (Type Type, object Message) message, long planned, long now, RunKind kind, CancellationToken cancellationToken) =>
        db.Add(new ScheduleRunRow
        {
            Schedule = row.Name,
            PlannedAt = planned,
            Kind = (int)kind,
            FiredAt = now,
            MessageId = await RunSender.SendAsync(scope, row, definition, message, planned, kind, cancellationToken),
        });

    private async Task<T> ReadAsync<T>(Func<TDbContext, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<TDbContext>());
    }

    private static object Parse(string message, Type type)
    {
        try
        {
            return ScheduleJson.ReadMessage(message, type);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new ScheduleException($"The message is no `{ScheduleTypes.NameOf(type)}`: {exception.Message}");
        }
    }

    private static void DemandNotRetired(ScheduleRow row)
    {
        if (row.State == (int)ScheduleState.Retired)
            throw new ScheduleException($"Schedule `{row.Name}` has retired: the code declares it no more. Declare it again, or make one of another name.");
    }

    private static void DemandAlive(ScheduleRow row)
    {
        DemandNotRetired(row);
        if (row.State == (int)ScheduleState.Finished)
            throw new ScheduleException($"Schedule `{row.Name}` has finished: no instant is left. Edit its `End`, its `MaxRuns` or its `Recurrence`.");
    }
}
