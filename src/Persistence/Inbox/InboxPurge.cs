using System.Globalization;
using Bus.Core.Loops;
using Bus.Core.Telemetry;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Inbox;

/// <summary>Removes inbox rows that are older than the duplicate window: on one node, in bounded blocks, each its own transaction; reports how far it is behind.</summary>
internal sealed partial class InboxPurge<TDbContext>(OutboxEngine<TDbContext> engine) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, Interval)
    where TDbContext : DbContext
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OldLease = TimeSpan.FromDays(1);

    private readonly LeaderLease<TDbContext> _lease = new(engine, "inbox-purge");

    /// <summary>Seconds by which the oldest row has outlived the window, measured by the last pass of this node; zero when it keeps up or another leads.</summary>
    public double LagSeconds { get; private set; }

    /// <summary>Seconds since the oldest message that waits in the outbox was committed, measured by the last pass of this node.</summary>
    public double OutboxLagSeconds { get; private set; }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!await _lease.HoldAsync(cancellationToken))
        {
            (LagSeconds, OutboxLagSeconds) = (0, 0);
            return false;
        }

        var window = (long)engine.Options.DuplicateDetectionWindow.TotalMilliseconds;
        await using var session = await engine.OpenAsync(cancellationToken);
        int removed;
        using (await engine.Gate.EnterAsync(cancellationToken))
        {
            removed = await session.ExecuteAsync(engine.Dialect.Statements.InboxPurge, cancellationToken, window, engine.Options.QueryMessageLimit);
            await session.ExecuteAsync(engine.Dialect.Statements.LeasePurge, cancellationToken, (long)OldLease.TotalMilliseconds);
        }

        BusMetrics.InboxPurged.Add(removed);
        LagSeconds = Math.Max(0, await AgeAsync(session, cancellationToken) - engine.Options.DuplicateDetectionWindow.TotalSeconds);
        OutboxLagSeconds = (await OutboxStatusReader.ReadAsync(session, cancellationToken)).OldestAge.TotalSeconds;
        return removed == engine.Options.QueryMessageLimit;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(cancellationToken);

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    private static async Task<double> AgeAsync(Databases.StoreSession session, CancellationToken cancellationToken) =>
        await session.ScalarAsync(session.Dialect.Statements.InboxOldestAge, cancellationToken) is { } age and not DBNull
            ? Convert.ToDouble(age, CultureInfo.InvariantCulture) / 1000
            : 0;

    [LoggerMessage(80, LogLevel.Warning, "The inbox could not be purged; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
