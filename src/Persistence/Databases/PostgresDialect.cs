using System.Data.Common;
using System.Net.Sockets;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using Npgsql;

namespace Bus.Persistence.Databases;

/// <summary>PostgreSQL 13 and later. Rows of a group travel as arrays: one statement and one plan whatever their number.</summary>
internal sealed class PostgresDialect : StoreDialect
{
    private const string Now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    private readonly string _insertInbox;
    private readonly string _insertOutbox;
    private readonly string _insertOrdered;
    private readonly string _setTimers;
    private readonly string _dropTimers;
    private readonly string _delete;

    public PostgresDialect(StoreTables tables)
        : base(tables)
    {
        _insertInbox = $"INSERT INTO {tables.Inbox} (message_id, consumer_id, received_at) SELECT m, c, {Now} FROM unnest($1::uuid[], $2::uuid[]) AS t(m, c)";
        _insertOutbox =
            $"INSERT INTO {tables.Outbox} (owner_id, sequence, message_id, destination, metadata, body, enqueued_at) " +
            $"SELECT $1, s, m, d, x, b, {Now} FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bytea[]) AS t(s, m, d, x, b)";
        _insertOrdered =
            $"INSERT INTO {tables.Ordered} (order_key, message_id, destination, metadata, body, enqueued_at) VALUES ($1, $2, $3, $4, $5, {Now})";
        _setTimers =
            $"INSERT INTO {tables.Timer} (token, due_at, message_id, destination, metadata, body, order_key, created_at) " +
            $"SELECT t, u, m, d, x, b, k, {Now} FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::text[]) AS t(t, u, m, d, x, b, k) " +
            "ON CONFLICT (token) DO UPDATE SET due_at = excluded.due_at, message_id = excluded.message_id, destination = excluded.destination, metadata = excluded.metadata, " +
            "body = excluded.body, order_key = excluded.order_key, created_at = excluded.created_at, parked_at = NULL, error = NULL";
        _dropTimers = $"DELETE FROM {tables.Timer} WHERE token = ANY($1)";
        _delete = $"DELETE FROM {tables.Outbox} WHERE owner_id = $1 AND sequence = ANY($2)";
        Statements = Build(tables);
        Jobs = new PostgresJobs(this, tables.Jobs, Now);
    }

    public override bool BatchIsAtomic => true;

    public override string CommitInBatch => "COMMIT";

    public override void Separate(DbBatch batch)
    {
        if (batch is NpgsqlBatch npgsql)
            npgsql.EnableErrorBarriers = true;
    }

    public override StoreStatements Statements { get; }

    public override JobDialect Jobs { get; }

    public override void AddDelete(StoreBatch batch, Guid owner, long[] sequences) => batch.Add(_delete, Value(owner), Value(sequences));

    public override DbParameter[] Parameters(params ReadOnlySpan<object> values)
    {
        var parameters = new DbParameter[values.Length];
        for (var i = 0; i < values.Length; i++)
            parameters[i] = new NpgsqlParameter($"p{i}", values[i]);
        return parameters;
    }

    public override bool IsDuplicate(DbException exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } error && error.TableName == Tables.InboxBareName;

    public override bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException error => error.SqlState[..2] is "08" or "57" or "53" && error.SqlState != PostgresErrorCodes.QueryCanceled,
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } => true,
        NpgsqlException { IsTransient: true } => true,
        { InnerException: { } inner } => IsUnavailable(inner),
        _ => false,
    };

    protected override void AddInbox(StoreBatch batch, IReadOnlyList<InboxKey> inbox)
    {
        var messages = new Guid[inbox.Count];
        var consumers = new Guid[inbox.Count];
        for (var i = 0; i < inbox.Count; i++)
            (messages[i], consumers[i]) = (inbox[i].MessageId, inbox[i].ConsumerId);
        batch.Add(_insertInbox, Value(messages), Value(consumers));
    }

    protected override void AddOutbox(StoreBatch batch, IReadOnlyList<OutboxRecord> outbox)
    {
        var count = outbox.Count;
        var (sequences, messages, destinations, metadata, bodies) = (new long[count], new Guid[count], new string[count], new string[count], new byte[count][]);
        for (var i = 0; i < count; i++)
        {
            var record = outbox[i];
            sequences[i] = record.Sequence;
            messages[i] = record.MessageId;
            destinations[i] = record.Destination.OriginalString;
            metadata[i] = record.MetadataJson;
            bodies[i] = record.Body;
        }

        batch.Add(_insertOutbox, Value(outbox[0].Owner), Value(sequences), Value(messages), Value(destinations), Value(metadata), Value(bodies));
    }

    protected override void AddOrdered(StoreBatch batch, OutboxRecord record) =>
        batch.Add(_insertOrdered, Value(record.OrderKey!), Value(record.MessageId), Value(record.Destination.OriginalString), Value(record.MetadataJson), Value(record.Body));

    protected override void AddTimers(StoreBatch batch, IReadOnlyCollection<TimerChange> changes)
    {
        Guid[] dropped = [.. changes.Where(change => change.Order.Due is null).Select(change => change.Order.Token)];
        if (dropped.Length > 0)
            batch.Add(_dropTimers, Value(dropped));
        TimerChange[] set = [.. changes.Where(change => change.Order.Due is not null)];
        if (set.Length == 0)
            return;
        batch.Add(
            _setTimers,
            Value(Array.ConvertAll(set, change => change.Order.Token)),
            Value(Array.ConvertAll(set, change => change.Order.DueAt)),
            Value(Array.ConvertAll(set, change => change.Record.MessageId)),
            Value(Array.ConvertAll(set, change => change.Record.Destination.OriginalString)),
            Value(Array.ConvertAll(set, change => change.Record.MetadataJson)),
            Value(Array.ConvertAll(set, change => change.Record.Body)),
            Value(Array.ConvertAll(set, change => change.Record.OrderKey)));
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    // Of a key only the first: another process may have it in hand, or somebody is about to cancel it.
    // IS NULL in other words. Of a table that was never analysed the planner takes it that one row in 200 is null, reads and sorts the whole table to find it, and a prepared statement keeps that plan while a million rows
    // are added: 300 ms for the next due. By these words it takes nearly all rows to match, and goes along the index that gives them in order.
    private static string Absent(string column) => $"num_nonnulls({column}) <> 1";

    private static string TakeTimers(StoreTables t, string more) =>
        $"DELETE FROM {t.Timer} WHERE token = ANY(ARRAY(SELECT token FROM {t.Timer} AS d WHERE due_at <= @p0 AND {Absent("parked_at")}{more} ORDER BY due_at LIMIT @p1 FOR UPDATE SKIP LOCKED)) " +
        "RETURNING due_at, message_id, destination, metadata, body, order_key, token";

    private static string OrphansOf(StoreTables t) =>
        $"WITH RECURSIVE owners(id) AS ((SELECT owner_id FROM {t.Outbox} ORDER BY owner_id LIMIT 1) UNION ALL " +
        $"SELECT (SELECT owner_id FROM {t.Outbox} WHERE owner_id > owners.id ORDER BY owner_id LIMIT 1) FROM owners WHERE owners.id IS NOT NULL) " +
        $"SELECT 'outbox:' || upper(id::text) FROM owners WHERE id IS NOT NULL AND EXISTS (SELECT 1 FROM {t.Outbox} AS o WHERE o.owner_id = id AND o.parked_at IS NULL) " +
        $"AND NOT EXISTS (SELECT 1 FROM {t.Lease} AS l WHERE l.name = 'outbox:' || upper(id::text) AND l.expires_at >= {Now})";

    private static StoreStatements Build(StoreTables t) => new()
    {
        InboxContains = $"SELECT 1 FROM {t.Inbox} WHERE message_id = @p0 AND consumer_id = @p1",
        InboxPurge = $"DELETE FROM {t.Inbox} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {t.Inbox} WHERE received_at < {Now} - @p0 ORDER BY received_at LIMIT @p1))",
        InboxOldestAge = $"SELECT {Now} - min(received_at) FROM {t.Inbox}",
        OutboxRead =
            $"SELECT sequence, message_id, destination, metadata, body FROM {t.Outbox} WHERE owner_id = @p0 AND sequence > @p1 AND parked_at IS NULL " +
            $"AND destination NOT IN (SELECT json_array_elements_text(@p3::json)) ORDER BY sequence LIMIT @p2",
        OutboxPark = $"UPDATE {t.Outbox} SET parked_at = {Now}, error = @p2 WHERE owner_id = @p0 AND sequence = @p1",
        OutboxStatus =
            $"SELECT count(*) FILTER (WHERE parked_at IS NULL), {Now} - min(enqueued_at) FILTER (WHERE parked_at IS NULL), count(*) FILTER (WHERE parked_at IS NOT NULL) " +
            $"FROM (SELECT enqueued_at, parked_at FROM {t.Outbox} UNION ALL SELECT enqueued_at, parked_at FROM {t.Ordered} UNION ALL SELECT created_at, parked_at FROM {t.Timer} WHERE parked_at IS NOT NULL) AS r",
        OutboxOrphans = OrphansOf(t),
        OutboxLook =
            $"{OrphansOf(t)} UNION ALL SELECT 'own' WHERE EXISTS (SELECT 1 FROM {t.Outbox} WHERE owner_id = @p0 AND parked_at IS NULL) UNION ALL SELECT 'ordered' WHERE EXISTS (SELECT 1 FROM {t.Ordered} WHERE parked_at IS NULL)",
        OutboxUnpark =
            $"WITH u AS (UPDATE {t.Outbox} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL), v AS (UPDATE {t.Timer} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL) UPDATE {t.Ordered} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL",
        OrderedRead =
            $"SELECT position, order_key, message_id, destination, metadata, body FROM {t.Ordered} AS o WHERE position > @p0 AND parked_at IS NULL AND NOT EXISTS " +
            $"(SELECT 1 FROM {t.Ordered} AS p WHERE p.order_key = o.order_key AND p.parked_at IS NOT NULL) ORDER BY position LIMIT @p1",
        OrderedDelete = $"DELETE FROM {t.Ordered} WHERE position = @p0",
        OrderedPark = $"UPDATE {t.Ordered} SET parked_at = {Now}, error = @p1 WHERE position = @p0",
        TimerNext = $"SELECT min(due_at), {Now} FROM {t.Timer} WHERE {Absent("parked_at")}",
        TimerTake = TakeTimers(t, $" AND (order_key IS NULL OR NOT EXISTS (SELECT 1 FROM {t.Timer} AS o WHERE o.order_key = d.order_key AND o.parked_at IS NULL AND (o.due_at, o.token) < (d.due_at, d.token)))"),
        TimerTakeRecent = TakeTimers(t, $" AND due_at > @p2 AND {Absent("order_key")}"),
        TimerPark = $"UPDATE {t.Timer} SET parked_at = {Now}, error = @p2 WHERE token = @p0 AND due_at = @p1 AND parked_at IS NULL",
        ScheduleNext = $"SELECT min(due_at), {Now} FROM {t.Schedule} WHERE name NOT IN (SELECT json_array_elements_text(@p0::json))",
        ScheduleTake = $"SELECT * FROM {t.Schedule} WHERE due_at <= @p0 AND name NOT IN (SELECT json_array_elements_text(@p2::json)) ORDER BY due_at, name LIMIT @p1 FOR UPDATE SKIP LOCKED",
        DeadLetterAdd = LetterTexts.Add(t, Now),
        DeadLetterRelease = LetterTexts.Release(t),
        DeadLetterFieldAdd = LetterTexts.AddFieldsOnPostgres(t),
        DeadLetterGroupSee = LetterTexts.SeeGroup(t, Now),
        DeadLetterLook = LetterTexts.Look(t),
        LeaseAcquire =
            $"INSERT INTO {t.Lease} AS l (name, holder, term, expires_at, holder_name) VALUES (@p0, @p1, 1, {Now} + @p2, @p3) " +
            $"ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, term = l.term + 1, expires_at = excluded.expires_at, holder_name = excluded.holder_name " +
            $"WHERE l.expires_at < {Now} OR l.holder = excluded.holder RETURNING term",
        LeaseRenew = $"UPDATE {t.Lease} SET expires_at = {Now} + @p3 WHERE name = @p0 AND holder = @p1 AND term = @p2",
        LeaseBeat = $"UPDATE {t.Lease} SET expires_at = {Now} + @p3 WHERE name = @p0 AND holder = @p1 AND term = @p2 RETURNING term",
        LeaseAlive = $"SELECT 1 FROM {t.Lease} WHERE name = @p0 AND expires_at >= {Now}",
        LeaseRelease = $"UPDATE {t.Lease} SET expires_at = 0, holder = '{Guid.Empty}' WHERE name = @p0 AND holder = @p1 AND term = @p2",
        LeasePurge =
            $"DELETE FROM {t.Lease} AS l WHERE name LIKE 'outbox:%' AND expires_at < {Now} - @p0 AND NOT EXISTS (SELECT 1 FROM {t.Outbox} AS o WHERE o.owner_id = substr(l.name, 8)::uuid)",
    };
}
