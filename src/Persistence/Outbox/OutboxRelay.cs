using System.Diagnostics;
using System.Threading.Channels;
using Bus.Core.Faults;
using Bus.Core.Loops;
using Bus.Core.SharedFile;
using Bus.Core.Telemetry;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Sends committed messages: from memory, right after their commit, a window of them with their confirms pending; confirmed ones are deleted in blocks.
/// What does not fit into memory, and what an uncertain commit left, is read from the table (<see cref="OutboxSweeper{TDbContext}"/>). Thread-safe.
/// </summary>
internal sealed partial class OutboxRelay<TDbContext> : IAsyncDisposable
    where TDbContext : DbContext
{
    private readonly OutboxEngine<TDbContext> _engine;
    private readonly Lazy<IBus> _bus;
    private readonly Channel<OutboxRecord> _queue = Channel.CreateUnbounded<OutboxRecord>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _window;
    private readonly DestinationLanes _lanes;
    private readonly KnownRecords _known = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task? _loop;
    private SendDeadline _deadline;
    private volatile bool _spilled;
    private long _sent;

    public OutboxRelay(OutboxEngine<TDbContext> engine, Func<IBus> bus)
    {
        _engine = engine;
        _bus = new Lazy<IBus>(bus);
        _window = new SemaphoreSlim(engine.Options.MessageDeliveryLimit);
        _lanes = new DestinationLanes(engine.Options.MessageDeliveryLimit);
        _deadline = new SendDeadline(OutboxEngine<TDbContext>.Pace, engine.Options.MessageDeliveryTimeout);
        Confirmed = new ConfirmedRecords<TDbContext>(engine, _known);
    }

    public ConfirmedRecords<TDbContext> Confirmed { get; }

    /// <summary>Committed messages of this process that are not yet deleted, and those about to be committed.</summary>
    public int Pending => _known.Count;

    /// <summary>True when messages wait in the table that memory had no room for.</summary>
    public bool Spilled
    {
        get => _spilled;
        set => _spilled = value;
    }

    /// <summary>Raised when <see cref="Pending"/> fell; for those who wait until all is quiet.</summary>
    public event Action? Drained
    {
        add => _known.Removed += value;
        remove => _known.Removed -= value;
    }

    /// <summary>Takes a record that was read from the table in hand; false when it is in hand already.</summary>
    public bool Claim(OutboxRecord record) => _known.Add(record.Owner, record.Sequence);

    /// <summary>Until it is disposed, a record that is deleted stays in hand for <see cref="Claim"/>: the table may have been read before the delete.</summary>
    public IDisposable BeginSweep() => _known.BeginSweep();

    /// <summary>Announces records before they are written: the sweeper must not take them for forgotten.</summary>
    public void Expect(IReadOnlyList<OutboxRecord> records) => _known.Add(records);

    /// <summary>Their commit failed, or its outcome is unknown: the sweeper may find them.</summary>
    public void Forget(IReadOnlyList<OutboxRecord> records) => _known.Remove(records);

    /// <summary>The lease was taken over: another process sends what this one wrote.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Hands committed records over. Ordered ones wake their own loop.</summary>
    public void Enqueue(IReadOnlyList<OutboxRecord> records)
    {
        if (!_engine.Options.DeliveryService)
        {
            Forget(records);
            return;
        }

        foreach (var record in records)
        {
            if (record.OrderKey is not null)
            {
                OrderedCommitted?.Invoke();
                continue;
            }

            if (_known.Count > _engine.Options.MemoryLimit)
            {
                _spilled = true;
                _known.Remove(record.Owner, record.Sequence);
                continue;
            }

            Push(record);
        }
    }

    /// <summary>Raised when an ordered message was committed.</summary>
    public event Action? OrderedCommitted;

    /// <summary>Puts a known record in line.</summary>
    public void Push(OutboxRecord record)
    {
        EnsureStarted();
        _queue.Writer.TryWrite(record);
    }

    /// <summary>Sends one record and returns when the transport has confirmed it.</summary>
    public async Task SendAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        using var activity = record.Metadata.TraceParent is { } parent && BusMetrics.Activities.HasListeners()
            ? BusMetrics.Activities.StartActivity("outbox relay", ActivityKind.Producer, parent)
            : null;
        // The records of a process leave side by side, and those of another process when it gets to them.
        if (await CancelsWhatWaitsAsync(record, cancellationToken))
            throw new ScheduleNotSentException(record.MessageId);
        var endpoint = await FindEndpointAsync(record);
        FaultPoint.Reach(FaultPoints.BeforeRelaySend);
        var sending = endpoint.Send(new SerializedMessageBody(), new RecordSendPipe(record, _engine.Time), cancellationToken);
        FaultPoint.Reach(FaultPoints.AfterRelaySend);
        await sending;
        FaultPoint.Reach(FaultPoints.AfterRelayConfirm);
        BusMetrics.OutboxSent.Add(1);
        Interlocked.Increment(ref _sent);
    }

    /// <summary>Whether the record takes back a scheduled message that is in the table still.</summary>
    public async Task<bool> CancelsWhatWaitsAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        if (record.Metadata.CancelledToken is not { } token)
            return false;
        await using var session = await _engine.OpenAsync(cancellationToken);
        return await session.ScalarAsync(_engine.Dialect.Statements.OutboxMentions, cancellationToken, MessageMetadata.PatternOf(token), record.Destination.ToString()) is not null;
    }

    /// <summary>Sends one record as far as the transport's own form of it, which a transaction on the file of the queues then writes.</summary>
    public async Task<GuestMessages> CollectAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        var guest = new GuestMessages();
        var endpoint = await FindEndpointAsync(record);
        await endpoint.Send(new SerializedMessageBody(), new RecordSendPipe(record, _engine.Time, guest), cancellationToken);
        return guest;
    }

    /// <summary>Waits until nothing is pending or the token is cancelled.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Check()
        {
            if (Pending == 0)
                quiet.TrySetResult();
        }

        Drained += Check;
        try
        {
            Check();
            await quiet.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            Drained -= Check;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        if (_loop is { } loop)
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Confirmed.DisposeAsync();
        _deadline.Dispose();
    }

    private void EnsureStarted()
    {
        if (_loop is not null)
            return;
        lock (_lock)
        {
            if (_loop is null)
            {
                _loop = Detached.Run(RunAsync);
                Confirmed.Start();
            }
        }
    }

    private async Task RunAsync()
    {
        await foreach (var record in _queue.Reader.ReadAllAsync(_stopping.Token))
        {
            // What has to wait for its destination must not wait in the window.
            if (!_lanes.TryEnter(record))
                continue;
            await _window.WaitAsync(_stopping.Token);
            _ = SendInWindowAsync(record);
        }
    }

    /// <summary>Sends the record, and in the same place of the window those that waited for the same destination.</summary>
    private async Task SendInWindowAsync(OutboxRecord? record)
    {
        for (; record is not null && !_stopping.IsCancellationRequested; record = _lanes.TakeWaiting(record))
        {
            var confirmed = await TrySendAsync(record);
            _lanes.Leave(record, confirmed);

            // A destination that was stuck opens step by step: each confirm admits one more.
            if (confirmed == true && await _window.WaitAsync(TimeSpan.Zero, CancellationToken.None))
                _ = SendInWindowAsync(_lanes.TakeWaiting(record));
        }

        _window.Release();
    }

    /// <returns>Whether the destination took it; null when that was not tried, or was the message's own fault.</returns>
    private async Task<bool?> TrySendAsync(OutboxRecord record)
    {
        try
        {
            // Another identity of this process wrote it before its lease was taken over: the taker sends it.
            if (!_known.Contains(record.Owner, record.Sequence))
                return null;

            await SendAsync(record, Deadline());
            Confirmed.Add(record);
            return true;
        }
        catch (ScheduleNotSentException)
        {
            _ = PushLaterAsync(record);
            return null;
        }
        catch (Exception exception)
        {
            if (!_stopping.IsCancellationRequested)
                await FailedAsync(record, exception);
            return TransportFailure.IsOutage(exception) ? false : null;
        }
    }

    private async Task FailedAsync(OutboxRecord record, Exception exception)
    {
        BusMetrics.OutboxFailures.Add(1);
        record.Resent = true;
        var sent = Interlocked.Read(ref _sent);
        if (!TransportFailure.IsOutage(exception) && (!TransportFailure.IsDoubtful(exception) || (record.SentAtFailure is { } before && sent > before)))
            record.Failures++;
        record.SentAtFailure = sent;

        if (record.Failures >= _engine.Options.MaxDeliveryAttempts)
        {
            await ParkAsync(record, exception);
            return;
        }

        LogFailed(_engine.Log, exception, record.MessageId, record.Destination);
        _ = PushLaterAsync(record);
    }

    private async Task PushLaterAsync(OutboxRecord record)
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(100 * Math.Pow(2, record.Failures), 2000));
        await Task.Delay(pause, OutboxEngine<TDbContext>.Pace, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Push(record);
    }

    private async Task ParkAsync(OutboxRecord record, Exception reason)
    {
        try
        {
            using var turn = await _engine.Gate.EnterAsync(_stopping.Token);
            await using var session = await _engine.OpenAsync(_stopping.Token);
            await session.ExecuteAsync(_engine.Dialect.Statements.OutboxPark, _stopping.Token, record.Owner, record.Sequence, reason.ToString());
            BusMetrics.OutboxParked.Add(1);
            LogParked(_engine.Log, reason, record.MessageId, record.Destination, record.Failures);
            _known.Remove(record.Owner, record.Sequence);
        }
        catch (Exception)
        {
            // The database is away: the row stands, try the message again.
            _ = PushLaterAsync(record);
        }
    }

    private Task<ISendEndpoint> FindEndpointAsync(OutboxRecord record) =>
        (record.Published ?? (record.Metadata.IsPublish ? PublishTarget.Find(record.Metadata.MessageTypes) : null)) is { } target
            ? target.GetEndpointAsync(_bus.Value)
            : _bus.Value.GetSendEndpoint(record.Destination);

    private CancellationToken Deadline()
    {
        var deadline = _deadline;
        if (deadline.IsFresh)
            return deadline.Token;
        return (_deadline = new SendDeadline(OutboxEngine<TDbContext>.Pace, _engine.Options.MessageDeliveryTimeout)).Token;
    }

    [LoggerMessage(30, LogLevel.Warning, "Outbox message {MessageId} to {Destination} was not confirmed; it will be sent again")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid messageId, Uri destination);

    [LoggerMessage(31, LogLevel.Error, "Outbox message {MessageId} to {Destination} failed {Attempts} times and is parked; release it with the outbox administration once the cause is gone")]
    private static partial void LogParked(ILogger logger, Exception exception, Guid messageId, Uri destination, int attempts);
}
