using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Bus.Core.Faults;
using Bus.Core.Loops;
using Bus.Core.SharedFile;
using Bus.Core.Telemetry;
using Bus.Persistence.Jobs;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Outbox;

/// <summary>
/// Sends committed messages: from memory, right after their commit, a window of them for each destination with their confirms pending; confirmed ones are deleted in blocks.
/// What does not fit into memory, and what an uncertain commit left, is read from the table (<see cref="OutboxSweeper{TDbContext}"/>). Thread-safe.
/// </summary>
internal sealed partial class OutboxRelay<TDbContext> : IAsyncDisposable
    where TDbContext : DbContext
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly OutboxEngine<TDbContext> _engine;
    private readonly Lazy<IBus> _bus;
    private readonly Channel<OutboxRecord> _queue = Channel.CreateUnbounded<OutboxRecord>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DestinationLanes _lanes;
    private readonly KnownRecords _known = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task? _loop;
    private SendDeadline _deadline;
    private volatile bool _spilled;
    private long _sent;
    private long _sentWhenAsked;

    public OutboxRelay(OutboxEngine<TDbContext> engine, Func<IBus> bus)
    {
        _engine = engine;
        _bus = new Lazy<IBus>(bus);
        _lanes = new DestinationLanes(Math.Clamp(engine.Options.MessageDeliveryLimit, 1, Math.Max(1, engine.Options.MemoryLimit / 8)), engine.Options.MemoryLimit);
        _lanes.Opened += MakeRoom;
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

    /// <summary>Raised when a destination of which some is left to the table can take it.</summary>
    public event Action? RoomMade;

    /// <summary>JSON array of the destinations of which memory has enough.</summary>
    public string Filled => JsonSerializer.Serialize(_lanes.Closed);

    /// <summary>Whether no more than so many wait in memory, not counting those whose destination has been set aside for having too many. Sets such a one aside.</summary>
    public bool HasRoom(int limit)
    {
        if (_known.Count - _lanes.SetAside <= limit)
            return true;
        if (_lanes.CloseLongest() is not { } excess)
            return false;
        _known.Remove(excess);
        return _known.Count - _lanes.SetAside <= limit;
    }

    /// <summary>Whether more than so many wait, and some have been sent since this was asked last. For one caller.</summary>
    public bool IsDigesting(int limit)
    {
        var sent = Interlocked.Read(ref _sent);
        var goesOn = sent != _sentWhenAsked;
        _sentWhenAsked = sent;
        return goesOn && Pending > limit;
    }

    /// <summary>Takes a record that was read from the table in hand; false when it is in hand already, or its destination has enough.</summary>
    public bool Claim(OutboxRecord record) => _lanes.IsOpen(record) && _known.Add(record.Owner, record.Sequence);

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
            if (!record.IsRelayed)
            {
                if (record.Job is { } job)
                    JobCommitted?.Invoke(job);
                else if (record.Timer is null && record.Batch is null && record.Tracked is null)
                    OrderedCommitted?.Invoke();
                else if (record.Timer?.Due is not null)
                    _engine.Timers.Committed(record.Timer.DueAt);
                continue;
            }

            if (!HasRoom(_engine.Options.MemoryLimit))
                _spilled = true;
            else if (_lanes.IsOpen(record))
            {
                Push(record);
                continue;
            }

            _known.Remove(record.Owner, record.Sequence);
        }
    }

    /// <summary>Raised when an ordered message was committed.</summary>
    public event Action? OrderedCommitted;

    /// <summary>Raised when a job was added.</summary>
    public event Action<NewJob>? JobCommitted;

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
        var endpoint = await FindEndpointAsync(record);
        FaultPoint.Reach(FaultPoints.BeforeRelaySend);
        var sending = endpoint.Send(new SerializedMessageBody(), new RecordSendPipe(record, _engine.Time), cancellationToken);
        FaultPoint.Reach(FaultPoints.AfterRelaySend);
        await sending;
        FaultPoint.Reach(FaultPoints.AfterRelayConfirm);
        BusMetrics.OutboxSent.Add(1);
        Interlocked.Increment(ref _sent);
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
            if (_lanes.TryEnter(record))
                _ = SendAllAsync(record);
        }
    }

    /// <summary>Sends the record, and in the same place those that waited for the same destination.</summary>
    private async Task SendAllAsync(OutboxRecord? record)
    {
        while (record is not null && !_stopping.IsCancellationRequested)
        {
            bool? confirmed = null;
            try
            {
                confirmed = await TrySendAsync(record);
                if (confirmed == false)
                {
                    _lanes.Refused(record);
                    // One that says no at once must not be asked in a circle.
                    await Task.Delay(FirstPause, OutboxEngine<TDbContext>.Pace, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            finally
            {
                _lanes.Leave(record, confirmed);
            }

            var next = _lanes.TakeWaiting(record);
            // A destination that was stuck opens step by step: each confirm admits one more. Not on this stack, which would grow with the line where sends end at once.
            if (confirmed == true && next is not null && _lanes.TakeWaiting(record) is { } more)
                _ = Task.Run(() => SendAllAsync(more));
            record = next;
        }
    }

    private void MakeRoom()
    {
        _spilled = true;
        RoomMade?.Invoke();
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
        catch (Exception exception)
        {
            if (!_stopping.IsCancellationRequested)
                await FailedAsync(record, exception);
            return TransportFailure.IsOutage(exception) ? false : null;
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
}
