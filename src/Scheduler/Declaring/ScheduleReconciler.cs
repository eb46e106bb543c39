using Bus.Persistence.Outbox;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Firing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Scheduler.Declaring;

/// <summary>
/// Brings the table to what the code declares, once in each process, in one transaction: makes what is new, changes what was declared otherwise, retires what is declared no more. Two processes that do so
/// at once are in conflict, and one tries again.
/// </summary>
internal sealed partial class ScheduleReconciler<TDbContext>(OutboxEngine<TDbContext> engine, IServiceScopeFactory scopes, SchedulesOptions options, ServedSchedules served)
    where TDbContext : DbContext
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);

    private readonly List<string> _problems = [];
    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);
    private bool _compared;
    private bool _done;
    private long _tried;

    /// <summary>What is not as the code declares it, and why; empty when all is.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>Never throws: what was declared before fires all the same.</summary>
    /// <param name="now">The database's time, in Unix milliseconds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when it tried.</returns>
    public async Task<bool> ReconcileOnceAsync(long now, CancellationToken cancellationToken)
    {
        if (_done || (_tried != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_tried) < AgainAfter))
            return false;
        try
        {
            _problems.Clear();
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TDbContext>();
            await db.Database.CreateExecutionStrategy().ExecuteAsync(() => ReconcileAsync(db, now, cancellationToken));
            _done = _problems.Count == 0;
            Problems = [.. _problems];
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotReconciled(engine.Log, exception);
            Problems = [$"The schedules could not be brought to what the code declares: {exception.GetType().Name}, see the log."];
        }

        _tried = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return true;
    }

    private async Task ReconcileAsync(TDbContext db, long now, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        _problems.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var known = await db.Set<ScheduleRow>().Where(row => row.DeclaredBy != null).AsTracking().ToDictionaryAsync(row => row.Name, StringComparer.OrdinalIgnoreCase, cancellationToken);
        HashSet<string>? madeAtRunTime = null;
        List<string> settled = [];
        // What was done once is not done again because another declaration is wrong: two versions of a program would change it in turn.
        foreach (var declaration in options.Declarations.Where(declaration => !_settled.Contains(declaration.Name)))
        {
            try
            {
                if (known.Remove(declaration.Name, out var row))
                    Change(row, declaration, now);
                else
                    db.Add(Create(declaration, madeAtRunTime ??= await NamesMadeAtRunTimeAsync(db, cancellationToken), now));
                settled.Add(declaration.Name);
            }
            catch (Exception exception) when (exception is ScheduleException or System.Text.Json.JsonException or NotSupportedException)
            {
                // The others are not to suffer for it.
                _problems.Add($"`{declaration.Name}`: {exception.Message}");
                LogNotDeclared(engine.Log, declaration.Name, exception);
            }
        }

        if (!_compared)
            await CompareRestAsync(db, known.Values, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _settled.UnionWith(settled);
        _compared = true;
    }

    private async Task CompareRestAsync(TDbContext db, IEnumerable<ScheduleRow> undeclared, CancellationToken cancellationToken)
    {
        // A process of the same program that declares nothing, another role of it, retires nothing.
        foreach (var row in undeclared.Where(row => options.Declarations.Count > 0 && row.DeclaredBy == options.DeclaredBy && row.Revision <= options.Revision && row.State != (int)ScheduleState.Retired))
        {
            (row.State, row.DueAt, row.WaitingAt, row.Revision, row.Version) = ((int)ScheduleState.Retired, null, null, options.Revision, row.Version + 1);
            LogRetired(engine.Log, row.Name);
        }

        // The zones of this machine may say otherwise than those that the next instants were computed with.
        foreach (var row in await db.Set<ScheduleRow>().Where(row => row.DueAt != null && row.NextAt != null).AsTracking().ToListAsync(cancellationToken))
            Recompute(row);
    }

    // One question for all: a query for each of ten thousand declarations would be most of the start.
    private static async Task<HashSet<string>> NamesMadeAtRunTimeAsync(TDbContext db, CancellationToken cancellationToken) =>
        new(await db.Set<ScheduleRow>().Where(row => row.DeclaredBy == null).Select(row => row.Name).ToListAsync(cancellationToken), StringComparer.OrdinalIgnoreCase);

    private ScheduleRow Create(ScheduleDeclaration declaration, HashSet<string> madeAtRunTime, long now)
    {
        if (madeAtRunTime.Contains(declaration.Name))
            throw new ScheduleException($"Schedule `{declaration.Name}` is declared in the code, but one of that name was made at run time. Delete that, or give the declared one another name.");
        var row = ScheduleRows.Create(declaration.Name, declaration.Definition, declaration.MessageType, declaration.Message, now);
        (row.DeclaredBy, row.Revision, row.Fingerprint) = (options.DeclaredBy, options.Revision, declaration.Fingerprint);
        LogDeclared(engine.Log, row.Name);
        return row;
    }

    private void Change(ScheduleRow row, ScheduleDeclaration declaration, long now)
    {
        var fingerprint = declaration.Fingerprint;
        var isRetired = row.State == (int)ScheduleState.Retired;
        if (row.Revision > options.Revision || (row.Fingerprint == fingerprint && !isRetired))
        {
            if (row.Revision <= options.Revision)
                (row.Revision, row.DeclaredBy) = (options.Revision, options.DeclaredBy);
            return;
        }

        row.State = isRetired ? (int)ScheduleState.Active : row.State;
        ScheduleRows.Edit(row, declaration.Definition, declaration.MessageType, declaration.Message, now);
        (row.DeclaredBy, row.Revision, row.Fingerprint) = (options.DeclaredBy, options.Revision, fingerprint);
        LogDeclared(engine.Log, row.Name);
    }

    private void Recompute(ScheduleRow row)
    {
        try
        {
            var known = served.Of(row);
            var next = known.Timing.NextAfter(DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt))?.ToUnixTimeMilliseconds();
            if (next == row.NextAt || next is null)
                return;
            (row.NextAt, row.DueAt, row.Version) = (next, Math.Min(next.Value + (long)known.Jitter.TotalMilliseconds, row.WaitingAt is null ? long.MaxValue : row.DueAt!.Value), row.Version + 1);
        }
        catch (Exception exception) when (exception is ScheduleException or ArgumentException or NotSupportedException)
        {
            // It is reported when it is due.
        }
    }

    [LoggerMessage(97, LogLevel.Error, "Schedule {Schedule} cannot be brought to what the code declares; it is tried again, and the health is degraded until it can")]
    private static partial void LogNotDeclared(ILogger logger, string schedule, Exception reason);

    [LoggerMessage(98, LogLevel.Warning, "The schedules could not be brought to what the code declares; it is tried again, and those that are in the table fire")]
    private static partial void LogNotReconciled(ILogger logger, Exception exception);

    [LoggerMessage(91, LogLevel.Information, "Schedule {Schedule} is as the code declares it")]
    private static partial void LogDeclared(ILogger logger, string schedule);

    [LoggerMessage(92, LogLevel.Information, "Schedule {Schedule} is declared no more and has retired")]
    private static partial void LogRetired(ILogger logger, string schedule);
}
