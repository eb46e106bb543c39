using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Bus.Jobs.Running;

/// <summary>Adds counters together that have grown old: minutes into hours after two hours, hours into days after three days. Days stay. Part of the upkeep: for one loop.</summary>
internal sealed class JobFolding<TDbContext>(OutboxEngine<TDbContext> engine)
    where TDbContext : DbContext
{
    private const int Hour = 60;
    private const int Day = 24 * Hour;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private long _looked;

    /// <summary>There is something to fold.</summary>
    public void LookNow() => Volatile.Write(ref _looked, 0);

    /// <summary>Folds one hour and one day.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> FoldAsync(LeaderLease<TDbContext> lease, CancellationToken cancellationToken)
    {
        if (_looked != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_looked) < LookEvery)
            return false;
        var isHour = await FoldAsync(lease, 1, Hour, 2 * Hour, cancellationToken);
        var isMore = await FoldAsync(lease, Hour, Day, 3 * Day, cancellationToken) || isHour;
        _looked = isMore ? 0 : OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return isMore;
    }

    // A transaction that has counted in a minute and commits after that was folded would lose what it counted: the minute must be long ago.
    private async Task<bool> FoldAsync(LeaderLease<TDbContext> lease, int span, int longer, int age, CancellationToken cancellationToken)
    {
        object? oldest;
        await using (var session = await engine.OpenAsync(cancellationToken))
            oldest = await session.ScalarAsync(engine.Dialect.Jobs.Stats.Oldest, cancellationToken, span);
        if (oldest is null or DBNull)
            return false;
        var minute = Convert.ToInt32(oldest, null);
        var from = minute - (minute % longer);
        if (from + longer > (engine.Timers.Now / 60_000) - age)
            return false;
        await lease.WriteAsync(
            db => engine.Dialect.Jobs.FoldAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), span, longer, from, cancellationToken),
            cancellationToken);
        return true;
    }
}
