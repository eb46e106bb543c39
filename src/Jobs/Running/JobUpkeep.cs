using Bus.Core.Loops;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <summary>
/// What one process does for all, by a lease: removes jobs that have succeeded or were cancelled long ago, and batches of which none is left, in blocks, adds old counters together, and finds lines in which it is nobody's turn because their enqueuer died before it could give it.
/// </summary>
internal sealed partial class JobUpkeep<TDbContext> : BackgroundLoop
    where TDbContext : DbContext
{
    private const int Block = 1_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromSeconds(30);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly JobsOptions _options;
    private readonly JobLines<TDbContext> _lines;
    private readonly JobFolding<TDbContext> _folding;
    private readonly JobGauges<TDbContext> _gauges;
    private readonly LeaderLease<TDbContext> _lease;
    private readonly PulseQuestion _idle;
    private readonly PulseQuestion _old;
    private long _pruned;

    public JobUpkeep(OutboxEngine<TDbContext> engine, JobsOptions options, JobLines<TDbContext> lines, JobFolding<TDbContext> folding, JobGauges<TDbContext> gauges)
        : base(OutboxEngine<TDbContext>.Pace, LookEvery)
    {
        (_engine, _options, _lines, _folding, _gauges) = (engine, options, lines, folding, gauges);
        _lease = new LeaderLease<TDbContext>(engine, "jobs", TimeSpan.FromSeconds(20));
        _idle = new PulseQuestion("lines of jobs in which it is nobody's turn", LookEvery, AskForIdle);
        _old = new PulseQuestion("what is old of jobs", PruneEvery, AskForOld);
        _lease.Freed += Wake;
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Attend(_idle);
        _engine.Pulse.Attend(_old);
        // The pulse looks what there is to do.
        var rests = !WasWoken && _lease.IsTended && _engine.Pulse.Tends(_idle) && _engine.Pulse.Tends(_old);
        if (rests ? _lease.Term is null : !await _lease.HoldAsync(cancellationToken))
        {
            _gauges.Forget();
            return false;
        }

        if (rests)
        {
            await _gauges.LookAsync(cancellationToken);
            return false;
        }

        await using (var session = await _engine.OpenAsync(cancellationToken))
        {
            foreach (var key in await session.QueryAsync(_engine.Dialect.Jobs.IdleLines, row => row.GetString(0), cancellationToken))
                _lines.Add(key);
        }

        await _gauges.LookAsync(cancellationToken);
        var isFolding = await _folding.FoldAsync(_lease, cancellationToken);
        if (_pruned != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_pruned) < PruneEvery)
            return isFolding;
        await ForgetKeysAsync(cancellationToken);
        if (await PruneAsync(cancellationToken) == Block)
            return true;
        _pruned = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        return isFolding;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken)
    {
        _engine.Pulse.Leave(_idle);
        _engine.Pulse.Leave(_old);
        return _lease.ReleaseAsync(cancellationToken);
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(_engine.Log, exception, retryIn);

    private PulseStatement? AskForIdle() => _lease.Term is null ? null : PulseStatement.Rows(_engine.Dialect.Jobs.IdleLines, [], row => row.GetString(0), keys => keys.ForEach(_lines.Add));

    private PulseStatement? AskForOld()
    {
        if (_lease.Term is null)
            return null;
        var old = _options.KeepEnded > TimeSpan.Zero ? _engine.Timers.Now - (long)_options.KeepEnded.TotalMilliseconds : 0;
        return PulseStatement.Whether(_engine.Dialect.Jobs.Old, [old], isThere =>
        {
            if (!isThere)
                return;
            Volatile.Write(ref _pruned, 0);
            _folding.LookNow();
            Wake();
        });
    }

    private async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var now = _engine.Timers.Now;
        long? old = _options.KeepEnded <= TimeSpan.Zero ? null : now - (long)_options.KeepEnded.TotalMilliseconds;
        var removed = 0;
        await _lease.WriteAsync(
            async db =>
            {
                var expired = JobRows<TDbContext>.Expired(db, now);
                var ids = await expired.OrderBy(row => row.RemoveAt).Select(row => row.Id).Take(Block).ToListAsync(cancellationToken);
                // One may have been run again in between.
                removed = ids.Count == 0 ? 0 : await expired.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
                if (old is { } limit && ids.Count < Block)
                {
                    var ended = JobRows<TDbContext>.Removable(db, limit, now);
                    var others = await ended.OrderBy(row => row.State).ThenBy(row => row.EndedAt).Select(row => row.Id).Take(Block - ids.Count).ToListAsync(cancellationToken);
                    removed += await ended.Where(row => others.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
                    ids.AddRange(others);
                }

                await db.Set<JobRunRow>().Where(run => ids.Contains(run.JobId) && !db.Set<JobRow>().Any(row => row.Id == run.JobId)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<JobStepRow>().Where(step => ids.Contains(step.JobId) && !db.Set<JobRow>().Any(row => row.Id == step.JobId)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<JobLogRow>().Where(line => ids.Contains(line.JobId) && !db.Set<JobRow>().Any(row => row.Id == line.JobId)).ExecuteDeleteAsync(cancellationToken);
                await db.Set<JobTagRow>().Where(tag => ids.Contains(tag.JobId) && !db.Set<JobRow>().Any(row => row.Id == tag.JobId)).ExecuteDeleteAsync(cancellationToken);
                if (old is { } done && ids.Count < Block)
                    await PruneBatchesAsync(db, done, cancellationToken);
            },
            cancellationToken);
        return removed;
    }

    // What is over of the rates of keys: it says nothing any more.
    private async Task ForgetKeysAsync(CancellationToken cancellationToken)
    {
        var old = _engine.Timers.Now * 1_000;
        await using var session = await _engine.OpenAsync(cancellationToken);
        if (await session.ScalarAsync(_engine.Dialect.Jobs.Limits.HasOver, cancellationToken, old) is null or DBNull)
            return;
        for (var forgotten = Block; forgotten == Block;)
        {
            using var door = await _engine.Gate.EnterAsync(cancellationToken);
            forgotten = await session.ExecuteAsync(_engine.Dialect.Jobs.Limits.Forget, cancellationToken, old);
        }
    }

    // While one of its jobs is there, for instance a dead one that somebody is to decide about, it can be asked for.
    private static async Task PruneBatchesAsync(TDbContext db, long old, CancellationToken cancellationToken)
    {
        var ids = await db.Set<JobBatchRow>().Where(batch => batch.DoneAt != null && batch.DoneAt < old && !db.Set<JobRow>().Any(job => job.BatchId == batch.Id))
            .OrderBy(batch => batch.DoneAt).Select(batch => batch.Id).Take(Block).ToListAsync(cancellationToken);
        await db.Set<JobBatchRow>().Where(batch => ids.Contains(batch.Id)).ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(118, LogLevel.Warning, "The upkeep of jobs failed; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
