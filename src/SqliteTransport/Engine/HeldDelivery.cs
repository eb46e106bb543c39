using Bus.Core.Faults;
using Bus.SqliteTransport.Engine.Storage;

namespace Bus.SqliteTransport.Engine;

/// <summary>A delivery that is its own operation: its end costs no other object.</summary>
internal sealed class HeldDelivery(QueueConsumer consumer, long owner, in ReadyMessage row) : Delivery, IOperation
{
    private readonly ReadyMessage _row = row;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _leaseLost;
    private TaskCompletionSource? _waiter;
    private End _end;
    private bool _isLost;
    private TimeSpan _delay;
    private bool _counted;
    private bool _overtake;
    private string? _target;
    private byte[]? _headers;

    private enum End
    {
        None,
        Complete,
        Abandon,
        Move,
        Defer,
    }

    public override byte[] Body => _row.Body;

    public override byte[] Headers => _row.Headers;

    public override string? RoutingKey => _row.RoutingKey;

    public override string? PartitionKey => _row.PartitionKey;

    public override int Deliveries => _row.Deliveries;

    public override CancellationToken LeaseLost
    {
        get
        {
            lock (_lock)
            {
                if (_isLost)
                    return new CancellationToken(canceled: true);
                return (_leaseLost ??= new CancellationTokenSource()).Token;
            }
        }
    }

    // A power cut that loses the end of a message gives the message back.
    public bool IsDurable => false;

    public override ValueTask StartAsync()
    {
        if (_isLost)
            throw Lost();
        return _row.Crashes == 0 ? ValueTask.CompletedTask : new ValueTask(consumer.Writer.RunAsync(new StartOperation(this), CancellationToken.None));
    }

    public override void Complete()
    {
        FaultPoint.Reach(FaultPoints.BeforeQueueAcknowledge);
        if (TryEnd(End.Complete))
            consumer.Writer.AddLazy(this, consumer.IsStarving);
    }

    public override void Abandon(TimeSpan delay, bool counted)
    {
        if (!TryEnd(End.Abandon))
            return;
        // A move or deferral that failed before has left its own.
        (_delay, _counted, _headers, _overtake) = (delay, counted, null, false);
        consumer.Writer.TryAdd(this);
    }

    public override Task MoveAsync(string queue, byte[] headers, CancellationToken cancellationToken)
    {
        if (!TryEnd(End.Move))
            return Task.CompletedTask;
        (_target, _headers) = (queue, headers);
        return WaitAsync();
    }

    public override Task DeferAsync(TimeSpan delay, byte[]? headers, bool othersMayOvertake, CancellationToken cancellationToken)
    {
        if (!TryEnd(End.Defer))
            return Task.CompletedTask;
        (_delay, _headers, _overtake, _counted) = (delay, headers, othersMayOvertake, true);
        return WaitAsync();
    }

    /// <summary>The lease is lost: whoever handles it is told, and what it does has no effect.</summary>
    public void Lose()
    {
        CancellationTokenSource? told;
        lock (_lock)
        {
            _isLost = true;
            told = _leaseLost;
        }

        // Not here: the handlers of a token run whatever they like.
        if (told is not null)
            ThreadPool.QueueUserWorkItem(Tell, told, preferLocal: false);
    }

    private static void Tell(CancellationTokenSource told)
    {
        try
        {
            told.Cancel();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            // It ended in the meantime; or what a handler does when it is cancelled failed, which is no reason to end the process.
        }
    }

    public bool Apply(Turn turn)
    {
        var messages = turn.Store.Messages;
        var isHeld = _end switch
        {
            End.Complete => messages.Remove(_row.Id, owner, consumer.QueueId, _row.Message, _row.PartitionKey),
            End.Abandon when _delay <= TimeSpan.Zero => messages.Release(_row.Id, owner, MessageTables.Ready, _counted ? 1 : 0),
            End.Move => Move(turn),
            _ => Defer(turn),
        };
        turn.TimersChanged |= _row.Expires is not null;
        if (!isHeld)
            _isLost = true;
        else if (_end == End.Abandon || _row.PartitionKey is not null)
            turn.MadeReady(consumer.QueueId);
        return true;
    }

    public void Committed()
    {
        consumer.Ended(this);
        if (_isLost && _waiter is null)
            consumer.Writer.Log.Refused(consumer.QueueName, _row.Id);
        if (_isLost)
            _waiter?.TrySetException(Lost());
        else
            _waiter?.TrySetResult();
        _leaseLost?.Dispose();
    }

    public void Failed(Exception exception)
    {
        var waiter = _waiter;
        if (waiter is null)
        {
            // An acknowledgement stands until it is written.
            consumer.Writer.AddLater(this);
            return;
        }

        consumer.Took();
        (_waiter, _end) = (null, End.None);
        waiter.TrySetException(exception);
    }

    public bool ApplyStart(Turn turn) => turn.Store.Messages.Start(_row.Id, owner);

    public LeaseLostException Lost() => new($"This process stood still for longer than its lease, and its message {_row.Id} of the queue `{consumer.QueueName}` was given to another.");

    private bool TryEnd(End end)
    {
        lock (_lock)
        {
            if (_end != End.None)
                return false;
            _end = end;
        }

        consumer.GaveBack();
        return true;
    }

    private Task WaitAsync()
    {
        var waiter = _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!consumer.Writer.TryAdd(this))
            waiter.TrySetException(Lost());
        return waiter.Task;
    }

    private bool Move(Turn turn)
    {
        if (!turn.Store.Messages.IsHeld(_row.Id, owner))
            return false;
        var target = turn.Store.Topology.Queue(_target!);
        turn.Store.Messages.Move(_row.Id, consumer.QueueId, target.Id, _row.Message, _headers!, _row.PartitionKey);
        turn.MadeReady(target.Id);
        return true;
    }

    private bool Defer(Turn turn)
    {
        var messages = turn.Store.Messages;
        var isAside = _overtake && _row.PartitionKey is not null;
        if (!messages.Release(_row.Id, owner, isAside ? MessageTables.DeferredAside : MessageTables.Deferred, _counted ? 1 : 0))
            return false;
        if (_headers is not null && messages.SetHeaders(_row.Message, _headers) is var message && message != _row.Message)
            messages.SetMessage(_row.Id, message);
        turn.Store.Timers.Wake(_row.Id, turn.Now + (long)_delay.TotalMilliseconds);
        turn.TimersChanged = true;
        if (isAside)
            messages.Advance(consumer.QueueId, _row.PartitionKey!);
        return true;
    }
}
