using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Running;

/// <summary>Writes once a second what the handlers of this process have logged in runs that go on, past their own transactions. Thread-safe.</summary>
internal sealed partial class JobLogWriter<TDbContext>(OutboxEngine<TDbContext> engine, JobWaiters waiters) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, WriteEvery)
    where TDbContext : DbContext
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<JobLog, byte> _logs = new();

    /// <summary>Logs a line of a run.</summary>
    public void Add(JobLog log, JobLogLevel level, string text)
    {
        if (log.Add(level, text, engine.Timers.Now))
            _logs[log] = 0;
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_logs.IsEmpty)
            return false;
        // First through the door, then the lines: what waits there for others is not on its way, and may still go with the end of its run.
        using var door = await engine.Gate.EnterAsync(cancellationToken);
        List<(JobLog Log, IReadOnlyList<JobLogRow> Lines)> taken = [];
        foreach (var log in _logs.Keys.Where(log => _logs.TryRemove(log, out _)))
            taken.Add((log, log.Take()));
        var written = false;
        try
        {
            await WriteAsync([.. taken.SelectMany(one => one.Lines)]);
            written = true;
        }
        finally
        {
            foreach (var (log, lines) in taken.Where(one => one.Lines.Count > 0))
            {
                log.Wrote(written ? lines.Count : 0);
                if (written)
                    waiters.Tell(log.Job);
                else
                    _logs[log] = 0;
            }
        }

        return false;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    private async Task WriteAsync(IReadOnlyList<JobLogRow> lines)
    {
        if (lines.Count == 0)
            return;
        await using var session = await engine.OpenAsync(CancellationToken.None);
        await using var transaction = await session.Connection.BeginTransactionAsync(CancellationToken.None);
        await using (var batch = session.Batch(transaction))
        {
            engine.Dialect.Jobs.AddLines(batch, lines);
            await batch.ExecuteAsync(CancellationToken.None);
        }

        await transaction.CommitAsync(CancellationToken.None);
    }

    [LoggerMessage(150, LogLevel.Warning, "What handlers of jobs have logged could not be written; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
