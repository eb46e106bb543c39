using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>Messages and where they stand. Every method is part of the writer's transaction.</summary>
internal sealed class MessageTables
{
    public const long Ready = 0;
    public const long Behind = 1;
    public const long Claimed = 2;
    public const long Deferred = 3;
    public const long DeferredAside = 4;

    private const int LowestEvery = 8;

    private readonly Store _store;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _insertMessage;
    private readonly SqliteStatement _insertDelivery;
    private readonly SqliteStatement _insertShare;
    private readonly SqliteStatement _unshare;
    private readonly SqliteStatement _deleteShare;
    private readonly SqliteStatement _deleteMessage;
    private readonly SqliteStatement _deleteDelivery;
    private readonly SqliteStatement _keyTaken;
    private readonly SqliteStatement _nextOfKey;
    private readonly SqliteStatement _setState;
    private readonly SqliteStatement _hasReady;
    private readonly SqliteStatement _queuesWithReady;
    private readonly SqliteStatement _lowestRank;
    private readonly SqliteStatement _selectReady;
    private readonly SqliteStatement _selectRank;
    private readonly SqliteStatement _claim;
    private readonly SqliteStatement _release;
    private readonly SqliteStatement _start;
    private readonly SqliteStatement _setHeaders;
    private readonly SqliteStatement _isShared;
    private readonly SqliteStatement _copyMessage;
    private readonly SqliteStatement _move;
    private readonly SqliteStatement _purge;
    private readonly SqliteStatement _deleteRow;
    private readonly SqliteStatement _headers;
    private readonly SqliteStatement _held;
    private readonly SqliteStatement _count;
    private readonly Dictionary<long, int> _passed = [];
    private readonly SqliteStatement _setMessage;

    public MessageTables(Store store, SqliteConnection connection)
    {
        _store = store;
        _connection = connection;
        _insertMessage = connection.Prepare("INSERT INTO busq_message(id, body, headers, routing_key) VALUES(?1, ?2, ?3, ?4)");
        _insertDelivery = connection.Prepare("""
            INSERT INTO busq_delivery(id, queue, message, state, rank, owner, deliveries, crashes, started, partition_key, expires, drop_expired) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8, ?9, ?10)
            """);
        _insertShare = connection.Prepare("INSERT INTO busq_share(message, copies) VALUES(?1, ?2)");
        _unshare = connection.Prepare("UPDATE busq_share SET copies = copies - 1 WHERE message = ?1 RETURNING copies");
        _deleteShare = connection.Prepare("DELETE FROM busq_share WHERE message = ?1");
        _deleteMessage = connection.Prepare("DELETE FROM busq_message WHERE id = ?1");
        _deleteDelivery = connection.Prepare("DELETE FROM busq_delivery WHERE id = ?1 AND state = 2 AND owner = ?2");
        _keyTaken = connection.Prepare("SELECT 1 FROM busq_delivery WHERE queue = ?1 AND partition_key = ?2 AND state <> 4 AND id <> ?3 LIMIT 1");
        _nextOfKey = connection.Prepare("SELECT id, state FROM busq_delivery WHERE queue = ?1 AND partition_key = ?2 AND state <> 4 ORDER BY id LIMIT 1");
        _setState = connection.Prepare("UPDATE busq_delivery SET state = ?2 WHERE id = ?1");
        _hasReady = connection.Prepare("SELECT 1 FROM busq_delivery WHERE queue = ?1 AND state = 0 LIMIT 1");
        _queuesWithReady = connection.Prepare("""
            WITH RECURSIVE found(queue) AS (
                SELECT min(queue) FROM busq_delivery WHERE state = 0
                UNION ALL SELECT (SELECT min(queue) FROM busq_delivery WHERE state = 0 AND queue > found.queue) FROM found WHERE found.queue IS NOT NULL)
            SELECT queue FROM found WHERE queue IS NOT NULL
            """);
        _lowestRank = connection.Prepare("SELECT rank FROM busq_delivery WHERE queue = ?1 AND state = 0 ORDER BY rank DESC LIMIT 1");
        const string columns = """
            SELECT d.id, d.message, d.deliveries, d.crashes, d.partition_key, d.expires, d.drop_expired, m.body, m.headers, m.routing_key, d.rank
            FROM busq_delivery d JOIN busq_message m ON m.id = d.message WHERE d.queue = ?1 AND d.state = 0 AND (d.expires IS NULL OR d.expires > ?4)
            """;
        _selectReady = connection.Prepare($"{columns} ORDER BY d.rank, d.id LIMIT ?2");
        _selectRank = connection.Prepare($"{columns} AND d.rank = ?3 ORDER BY d.id LIMIT ?2");
        _claim = connection.Prepare("UPDATE busq_delivery SET state = 2, owner = ?2, started = ?3 WHERE id = ?1");
        _release = connection.Prepare("UPDATE busq_delivery SET state = ?3, owner = NULL, started = 0, deliveries = deliveries + ?4 WHERE id = ?1 AND state = 2 AND owner = ?2");
        _start = connection.Prepare("UPDATE busq_delivery SET started = 1 WHERE id = ?1 AND state = 2 AND owner = ?2");
        _setHeaders = connection.Prepare("UPDATE busq_message SET headers = ?2 WHERE id = ?1");
        _isShared = connection.Prepare("SELECT 1 FROM busq_share WHERE message = ?1");
        _copyMessage = connection.Prepare("INSERT INTO busq_message(id, body, headers, routing_key) SELECT ?2, body, headers, routing_key FROM busq_message WHERE id = ?1");
        _move = connection.Prepare("""
            UPDATE busq_delivery SET queue = ?2, message = ?3, state = 0, rank = 0, owner = NULL, crashes = 0, started = 0, partition_key = NULL, expires = NULL WHERE id = ?1
            """);
        _purge = connection.Prepare("SELECT id, message, CASE WHEN state IN (1, 4) THEN NULL ELSE partition_key END FROM busq_delivery WHERE queue = ?1 AND state <> 2 LIMIT ?2");
        _deleteRow = connection.Prepare("DELETE FROM busq_delivery WHERE id = ?1");
        _held = connection.Prepare("SELECT 1 FROM busq_delivery WHERE id = ?1 AND state = 2 AND owner = ?2");
        _setMessage = connection.Prepare("UPDATE busq_delivery SET message = ?2 WHERE id = ?1");
        _count = connection.Prepare("""
            SELECT q.name, count(*) FILTER (WHERE d.state = 0), count(*) FILTER (WHERE d.state = 2), count(*) FILTER (WHERE d.state IN (1, 3, 4))
            FROM busq_queue q LEFT JOIN busq_delivery d ON d.queue = q.id GROUP BY q.id
            """);
        _headers = connection.Prepare("SELECT headers FROM busq_message WHERE id = ?1");
    }

    public long InsertMessage(OutgoingMessage message)
    {
        var id = _store.NextId();
        _insertMessage.Bind(1, id).Bind(2, message.Body).Bind(3, message.Headers).Bind(4, message.RoutingKey).Run();
        return id;
    }

    /// <summary>Says that a message stands in several queues; each end takes one away, the last takes the message.</summary>
    public void Share(long message, int copies) => _insertShare.Bind(1, message).Bind(2, copies).Run();

    /// <param name="queue">Where to.</param>
    /// <param name="message">What.</param>
    /// <param name="terms">Its key, rank and expiry.</param>
    /// <param name="owner">The process that has it at once; null when it waits for a claim. Ignored while an earlier one of its key is there.</param>
    /// <param name="isBehind">Whether an earlier one of its key is there.</param>
    public long InsertDelivery(long queue, long message, in DeliveryTerms terms, long? owner, out bool isBehind)
    {
        var id = _store.NextId();
        isBehind = terms.PartitionKey is { } key && IsKeyTaken(queue, key, id);
        var state = isBehind ? Behind : owner is null ? Ready : Claimed;
        _insertDelivery.Bind(1, id).Bind(2, queue).Bind(3, message).Bind(4, state).Bind(5, -(long)terms.Priority).Bind(6, state == Claimed ? owner : null).Bind(7, terms.Deliveries)
            .Bind(8, terms.PartitionKey).Bind(9, terms.Expires).Bind(10, terms.DropExpired ? 1 : 0).Run();
        _store.AddDepth(queue, 1);
        return id;
    }

    /// <summary>Whether another of a key is there that must go first.</summary>
    public bool IsKeyTaken(long queue, string partitionKey, long except) => _keyTaken.Bind(1, queue).Bind(2, partitionKey).Bind(3, except).RunForNumber() is not null;

    public bool HasReady(long queue) => _hasReady.Bind(1, queue).RunForNumber() is not null;

    /// <summary>The queues that have something ready: one step in the index for each, however long they are. Also outside a transaction.</summary>
    public List<long> QueuesWithReady()
    {
        List<long> queues = [];
        while (_queuesWithReady.Step())
            queues.Add(_queuesWithReady.Number(0));
        return queues;
    }

    /// <summary>Claims up to <paramref name="limit"/>, high priorities first; of eight places one is for the lowest that waits, so that it does not wait for ever.</summary>
    /// <param name="queue">Whose.</param>
    /// <param name="owner">Who gets them.</param>
    /// <param name="limit">How many.</param>
    /// <param name="now">In Unix milliseconds: what has expired by then is left to the housekeeping.</param>
    /// <param name="claimed">Gets what was claimed.</param>
    public void Claim(long queue, long owner, int limit, long now, List<ReadyMessage> claimed)
    {
        var first = claimed.Count;
        var (highest, last) = Select(_selectReady.Bind(1, queue).Bind(2, limit).Bind(4, now), claimed);
        var isFull = claimed.Count - first == limit;
        if (isFull && _lowestRank.Bind(1, queue).RunForNumber() is { } lowest && lowest != highest && lowest != last && HasWaited(queue, limit))
            MakeRoomForLowest(queue, lowest, limit, now, first, claimed);
        for (var index = first; index < claimed.Count; index++)
            _claim.Bind(1, claimed[index].Id).Bind(2, owner).Bind(3, 0).Run();
    }

    /// <returns>False when another has it.</returns>
    public bool Remove(long id, long owner, long queue, long message, string? partitionKey)
    {
        _deleteDelivery.Bind(1, id).Bind(2, owner).Run();
        if (_connection.Changes == 0)
            return false;
        Removed(queue, message, partitionKey);
        return true;
    }

    /// <summary>What follows the end of a row: the message goes when nothing else needs it, and the next of its key becomes ready.</summary>
    public void Removed(long queue, long message, string? partitionKey)
    {
        DropMessage(message);
        _store.AddDepth(queue, -1);
        if (partitionKey is not null)
            Advance(queue, partitionKey);
    }

    public void DropMessage(long message)
    {
        if (_unshare.Bind(1, message).RunForNumber() is { } left)
        {
            if (left > 0)
                return;
            _deleteShare.Bind(1, message).Run();
        }

        _deleteMessage.Bind(1, message).Run();
    }

    /// <summary>Makes the first of a key ready when it is one that waits for those before it.</summary>
    public void Advance(long queue, string partitionKey)
    {
        if (!_nextOfKey.Bind(1, queue).Bind(2, partitionKey).Step())
            return;
        var (id, state) = (_nextOfKey.Number(0), _nextOfKey.Number(1));
        _nextOfKey.Reset();
        if (state == Behind)
            _setState.Bind(1, id).Bind(2, Ready).Run();
    }

    /// <returns>False when another has it.</returns>
    public bool Release(long id, long owner, long state, int deliveries)
    {
        _release.Bind(1, id).Bind(2, owner).Bind(3, state).Bind(4, deliveries).Run();
        return _connection.Changes > 0;
    }

    /// <summary>Writes down that a handler begins: only such a message is suspected when the process dies.</summary>
    public bool Start(long id, long owner)
    {
        _start.Bind(1, id).Bind(2, owner).Run();
        return _connection.Changes > 0;
    }

    /// <summary>Whether a row is still this process's, for what is not a change by itself.</summary>
    public bool IsHeld(long id, long owner) => _held.Bind(1, id).Bind(2, owner).RunForNumber() is not null;

    public byte[] Headers(long message)
    {
        if (!_headers.Bind(1, message).Step())
            return [];
        var headers = _headers.Blob(0);
        _headers.Reset();
        return headers;
    }

    /// <summary>Gives the message of one row other headers; one that stands in several queues is copied first.</summary>
    /// <returns>The message that the row has now.</returns>
    public long SetHeaders(long message, byte[] headers)
    {
        if (_isShared.Bind(1, message).RunForNumber() is not null)
        {
            var copy = _store.NextId();
            _copyMessage.Bind(1, message).Bind(2, copy).Run();
            DropMessage(message);
            message = copy;
        }

        _setHeaders.Bind(1, message).Bind(2, headers).Run();
        return message;
    }

    /// <summary>Puts a row into another queue, ready, without its key, priority and expiry.</summary>
    public void Move(long id, long queue, long target, long message, byte[] headers, string? partitionKey)
    {
        _move.Bind(1, id).Bind(2, target).Bind(3, SetHeaders(message, headers)).Run();
        _store.AddDepth(queue, -1);
        _store.AddDepth(target, 1);
        if (partitionKey is not null)
            Advance(queue, partitionKey);
    }

    public void SetMessage(long id, long message) => _setMessage.Bind(1, id).Bind(2, message).Run();

    /// <summary>Deletes a row whoever has it.</summary>
    public void Delete(long id, long queue, long message, string? partitionKey)
    {
        _deleteRow.Bind(1, id).Run();
        Removed(queue, message, partitionKey);
    }

    /// <summary>Deletes up to <paramref name="limit"/> rows of a queue that no process holds.</summary>
    public int Purge(long queue, int limit)
    {
        List<(long Id, long Message, string? Key)> rows = [];
        _purge.Bind(1, queue).Bind(2, limit);
        while (_purge.Step())
            rows.Add((_purge.Number(0), _purge.Number(1), _purge.Text(2)));
        foreach (var (id, message, key) in rows)
            Delete(id, queue, message, key);
        return rows.Count;
    }

    /// <summary>Counts what each queue holds.</summary>
    public void Count(Dictionary<string, QueueDepth> depths)
    {
        depths.Clear();
        while (_count.Step())
            depths[_count.Text(0)!] = new QueueDepth(_count.Number(1), _count.Number(2), _count.Number(3));
    }

    public void SetState(long id, long state) => _setState.Bind(1, id).Bind(2, state).Run();

    private static (long First, long Last) Select(SqliteStatement select, List<ReadyMessage> rows)
    {
        var (first, last) = (long.MinValue, 0L);
        while (select.Step())
        {
            rows.Add(new ReadyMessage(
                select.Number(0), select.Number(1), (int)select.Number(2), (int)select.Number(3), select.Text(4), select.IsNull(5) ? null : select.Number(5), select.Number(6) != 0,
                select.Blob(7), select.Blob(8), select.Text(9)));
            last = select.Number(10);
            if (first == long.MinValue)
                first = last;
        }

        return (first, last);
    }

    // Whether eight have passed the lowest of a queue since it had its last seat.
    private bool HasWaited(long queue, int limit)
    {
        var passed = _passed.GetValueOrDefault(queue) + limit;
        _passed[queue] = passed >= LowestEvery ? 0 : passed;
        return passed >= LowestEvery;
    }

    private void MakeRoomForLowest(long queue, long lowest, int limit, long now, int first, List<ReadyMessage> claimed)
    {
        var seats = Math.Max(1, limit / LowestEvery);
        List<ReadyMessage> low = [];
        Select(_selectRank.Bind(1, queue).Bind(2, seats).Bind(3, lowest).Bind(4, now), low);
        low.RemoveAll(row => claimed.Exists(other => other.Id == row.Id));
        claimed.RemoveRange(first + limit - low.Count, low.Count);
        claimed.AddRange(low);
    }
}
