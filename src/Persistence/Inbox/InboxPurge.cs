using System.Globalization;
using Bus.Core.Loops;
using Bus.Core.Telemetry;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Inbox;

/// <summary>
/// Removes inbox rows that are older than the duplicate window: on one node, in bounded blocks, each its own transaction; reports how far it is behind. At rest the pulse looks whether there are any.
/// </summary>
internal sealed partial class InboxPurge<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OldLease = TimeSpan.FromDays(1);
    // What dead relays leave is little.
    private static readonly TimeSpan LeasesEvery = TimeSpan.FromHours(1);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly Func<bool> _isOutboxMeasured;
    private readonly LeaderLease<TDbContext> _lease;
    private readonly PulseQuestion _age;
    private long _purged;

    /// <param name="engine">The database.</param>
    /// <param name="isOutboxMeasured">Whether somebody collects <see cref="OutboxLagSeconds"/>.</param>
    public InboxPurge(OutboxEngine<TDbContext> engine, Func<bool> isOutboxMeasured)
        : base(OutboxEngine<TDbContext>.Pace, Interval)
    {
        (_engine, _isOutboxMeasured, _lease) = (engine, isOutboxMeasured, new LeaderLease<TDbContext>(engine, "inbox-purge"));
        _age = new PulseQuestion("what is old in the inbox", Interval, Ask);
        _lease.Freed += Wake;
    }

    /// <summary>Seconds by which the oldest row has outlived the window, measured by the last pass of this node; zero when it keeps up or another leads.</summary>
    public double LagSeconds { get; private set; }

    /// <summary>Seconds since the oldest message that waits in the outbox was committed, measured by the last pass of this node.</summary>
    public double OutboxLagSeconds { get; private set; }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Attend(_age);
        if (!WasWoken && _lease.IsTended && _engine.Pulse.Tends(_age) && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_purged) < LeasesEvery)
            return await RestAsync(cancellationToken);
        if (!await _lease.HoldAsync(cancellationToken))
        {
            (LagSeconds, OutboxLagSeconds) = (0, 0);
            return false;
        }

        var window = (long)_engine.Options.DuplicateDetectionWindow.TotalMilliseconds;
        await using var session = await _engine.OpenAsync(cancellationToken);
        int removed;
        using (await _engine.Gate.EnterAsync(cancellationToken))
        {
            removed = await session.ExecuteAsync(_engine.Dialect.Statements.InboxPurge, cancellationToken, window, _engine.Options.QueryMessageLimit);
            await session.ExecuteAsync(_engine.Dialect.Statements.LeasePurge, cancellationToken, (long)OldLease.TotalMilliseconds);
        }

        _purged = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        BusMetrics.InboxPurged.Add(removed);
        LagSeconds = Lag(await session.ScalarAsync(session.Dialect.Statements.InboxOldestAge, cancellationToken));
        OutboxLagSeconds = (await OutboxStatusReader.ReadAsync(session, cancellationToken)).OldestAge.TotalSeconds;
        return removed == _engine.Options.QueryMessageLimit;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Leave(_age);
        return _lease.ReleaseAsync(cancellationToken);
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    // The pulse sees what is old.
    private async Task<bool> RestAsync(CancellationToken cancellationToken)
    {
        if (_lease.Term is null)
        {
            (LagSeconds, OutboxLagSeconds) = (0, 0);
            return false;
        }

        if (!_isOutboxMeasured())
            return false;
        await using var session = await _engine.OpenAsync(cancellationToken);
        OutboxLagSeconds = (await OutboxStatusReader.ReadAsync(session, cancellationToken)).OldestAge.TotalSeconds;
        return false;
    }

    private PulseStatement? Ask() => _lease.Term is null ? null : PulseStatement.Rows(_engine.Dialect.Statements.InboxOldestAge, [], row => Lag(row.GetValue(0)), lag =>
    {
        LagSeconds = lag[0];
        if (lag[0] > 0)
            Wake();
    });

    private double Lag(object? age) => age is null or DBNull ? 0 : Math.Max(0, (Convert.ToDouble(age, CultureInfo.InvariantCulture) / 1000) - _engine.Options.DuplicateDetectionWindow.TotalSeconds);

    [LoggerMessage(80, LogLevel.Warning, "The inbox could not be purged; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
