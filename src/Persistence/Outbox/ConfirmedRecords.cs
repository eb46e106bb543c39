using System.Threading.Channels;
using Bus.Core.Faults;
using Bus.Core.Loops;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>Deletes confirmed records in blocks: at the latest 20 ms after the first, so that an idle system leaves an empty table.</summary>
internal sealed partial class ConfirmedRecords<TDbContext>(OutboxEngine<TDbContext> engine, KnownRecords known)
    : BackgroundLoop(OutboxEngine<TDbContext>.Pace, TimeSpan.FromMilliseconds(20))
    where TDbContext : DbContext
{
    private readonly Channel<OutboxRecord> _channel = Channel.CreateUnbounded<OutboxRecord>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<OutboxRecord> _block = [];

    public void Add(OutboxRecord record) => _channel.Writer.TryWrite(record);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var linger = _block.Count == 0 && !_channel.Reader.TryPeek(out _);
        if (linger)
            await _channel.Reader.WaitToReadAsync(cancellationToken);
        while (_block.Count < engine.Options.QueryMessageLimit && _channel.Reader.TryRead(out var record))
            _block.Add(record);
        if (linger && _block.Count < engine.Options.QueryMessageLimit)
            return false; // The rest of a burst comes within the interval; delete it with the first.
        if (_block.Count > 0)
            await DeleteAsync(cancellationToken);
        return true;
    }

    /// <summary>Deletes what was confirmed before the stop, so that nothing is sent twice without need.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        while (_channel.Reader.TryRead(out var record))
            _block.Add(record);
        if (_block.Count > 0)
            await DeleteAsync(cancellationToken);
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, _block.Count, retryIn);

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        FaultPoint.Reach(FaultPoints.BeforeRelayDelete);
        using (var turn = await engine.Gate.EnterAsync(cancellationToken))
        {
            await using var session = await engine.OpenAsync(cancellationToken);
            await using var batch = session.Batch();
            foreach (var owner in _block.GroupBy(record => record.Owner))
                engine.Dialect.AddDelete(batch, owner.Key, [.. owner.Select(record => record.Sequence)]);
            await batch.ExecuteAsync(cancellationToken);
        }

        FaultPoint.Reach(FaultPoints.AfterRelayDelete);
        known.Deleted(_block);
        _block.Clear();
    }

    [LoggerMessage(40, LogLevel.Warning, "{Count} confirmed outbox rows could not be deleted yet; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, int count, TimeSpan retryIn);
}
