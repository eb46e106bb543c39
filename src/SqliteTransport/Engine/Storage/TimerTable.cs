using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>What waits for its time, apart from what is ready: a million of them cost a claim nothing. Every method is part of the writer's transaction, unless it says otherwise.</summary>
internal sealed class TimerTable
{
    private readonly Store _store;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _insertDelivery;
    private readonly SqliteStatement _next;
    private readonly SqliteStatement _due;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _cancel;
    private readonly SqliteStatement _deferred;
    private readonly SqliteStatement _routingKey;
    private readonly SqliteStatement _nextExpiry;
    private readonly SqliteStatement _expired;

    public TimerTable(Store store, SqliteConnection connection)
    {
        _store = store;
        _connection = connection;
        _insert = connection.Prepare("""
            INSERT INTO busq_timer(id, due, message, topic, queue, priority, deliveries, partition_key, expires, drop_expired, token) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """);
        _insertDelivery = connection.Prepare("INSERT INTO busq_timer(id, due, delivery) VALUES(?1, ?2, ?3)");
        _next = connection.Prepare("SELECT min(due) FROM busq_timer");
        _due = connection.Prepare("""
            SELECT id, delivery, message, topic, queue, priority, deliveries, partition_key, expires, drop_expired FROM busq_timer WHERE due <= ?1 ORDER BY due, id LIMIT ?2
            """);
        _delete = connection.Prepare("DELETE FROM busq_timer WHERE id = ?1");
        _cancel = connection.Prepare("DELETE FROM busq_timer WHERE token = ?1 RETURNING message");
        _deferred = connection.Prepare("SELECT queue, partition_key, state FROM busq_delivery WHERE id = ?1 AND state IN (3, 4)");
        _routingKey = connection.Prepare("SELECT routing_key FROM busq_message WHERE id = ?1");
        _nextExpiry = connection.Prepare("SELECT min(expires) FROM busq_delivery WHERE expires IS NOT NULL AND state <> 2");
        _expired = connection.Prepare("""
            SELECT id, queue, message, CASE WHEN state IN (1, 4) THEN NULL ELSE partition_key END, drop_expired FROM busq_delivery WHERE expires IS NOT NULL AND state <> 2 AND expires <= ?1 ORDER BY expires LIMIT ?2
            """);
    }

    /// <summary>The earliest due time, in Unix milliseconds; null when nothing waits. Also outside a transaction.</summary>
    public long? NextDue() => _next.RunForNumber();

    /// <summary>When the first message expires; null for never. Also outside a transaction.</summary>
    public long? NextExpiry() => _nextExpiry.RunForNumber();

    /// <summary>Keeps a message until it is due. One with the same token is replaced.</summary>
    public void Schedule(OutgoingMessage message, string? topic, long? queue)
    {
        var token = message.Token?.ToByteArray();
        if (token is not null)
            Cancel(token);
        var id = _store.Messages.InsertMessage(message);
        var terms = DeliveryTerms.Of(message);
        _insert.Bind(1, _store.NextId()).Bind(2, message.Due!.Value.ToUnixTimeMilliseconds()).Bind(3, id).Bind(4, topic).Bind(5, queue).Bind(6, terms.Priority).Bind(7, terms.Deliveries)
            .Bind(8, terms.PartitionKey).Bind(9, terms.Expires).Bind(10, terms.DropExpired ? 1 : 0);
        if (token is null)
            _insert.BindNull(11).Run();
        else
            _insert.Bind(11, token).Run();
    }

    public void Wake(long delivery, long due) => _insertDelivery.Bind(1, _store.NextId()).Bind(2, due).Bind(3, delivery).Run();

    public bool Cancel(byte[] token)
    {
        if (_cancel.Bind(1, token).RunForNumber() is not { } message)
            return false;
        _store.Messages.DropMessage(message);
        return true;
    }

    /// <summary>Makes up to <paramref name="limit"/> due ones ready, oldest first.</summary>
    /// <returns>The queues that got something.</returns>
    public List<long> Fire(long now, int limit)
    {
        List<TimerRow> rows = [];
        _due.Bind(1, now).Bind(2, limit);
        while (_due.Step())
        {
            rows.Add(new TimerRow(
                _due.Number(0), _due.IsNull(1) ? null : _due.Number(1), _due.Number(2), _due.Text(3), _due.IsNull(4) ? null : _due.Number(4),
                new DeliveryTerms((byte)_due.Number(5), _due.Text(7), _due.IsNull(8) ? null : _due.Number(8), _due.Number(9) != 0, (int)_due.Number(6))));
        }

        List<long> queues = [];
        foreach (var row in rows)
        {
            _delete.Bind(1, row.Id).Run();
            if (row.Delivery is { } delivery)
                Return(delivery, queues);
            else
                Deliver(row, queues);
        }

        return queues;
    }

    /// <summary>What has expired and is with nobody.</summary>
    public List<Expired> Expired(long now, int limit)
    {
        List<Expired> rows = [];
        _expired.Bind(1, now).Bind(2, limit);
        while (_expired.Step())
            rows.Add(new Expired(_expired.Number(0), _expired.Number(1), _expired.Number(2), _expired.Text(3), _expired.Number(4) != 0));
        return rows;
    }

    private void Return(long delivery, List<long> queues)
    {
        if (!_deferred.Bind(1, delivery).Step())
            return;
        var (queue, key) = (_deferred.Number(0), _deferred.Text(1));
        var isAside = _deferred.Number(2) == MessageTables.DeferredAside;
        _deferred.Reset();
        // One that held back the others of its key is still the first of them.
        var isBehind = isAside && key is not null && _store.Messages.IsKeyTaken(queue, key, delivery);
        _store.Messages.SetState(delivery, isBehind ? MessageTables.Behind : MessageTables.Ready);
        queues.Add(queue);
    }

    private void Deliver(TimerRow row, List<long> queues)
    {
        var targets = row.Queue is { } queue ? [queue] : Array.ConvertAll(_store.Topology.Route(row.Topic!, RoutingKey(row.Message)), target => target.Id);
        if (targets.Length == 0)
            _store.Messages.DropMessage(row.Message);
        else if (targets.Length > 1)
            _store.Messages.Share(row.Message, targets.Length);
        foreach (var target in targets)
            _store.Messages.InsertDelivery(target, row.Message, row.Terms, owner: null, out _);
        queues.AddRange(targets);
    }

    private string? RoutingKey(long message)
    {
        string? key = null;
        if (_routingKey.Bind(1, message).Step())
        {
            key = _routingKey.Text(0);
            _routingKey.Reset();
        }

        return key;
    }

    private readonly record struct TimerRow(long Id, long? Delivery, long Message, string? Topic, long? Queue, DeliveryTerms Terms);
}
