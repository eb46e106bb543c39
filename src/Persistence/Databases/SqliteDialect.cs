using System.Data.Common;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Microsoft.Data.Sqlite;

namespace Bus.Persistence.Databases;

/// <summary>SQLite 3.42 and later, in-process: statements cost no round trip, the write lock is what is scarce.</summary>
internal sealed class SqliteDialect(StoreTables tables)
    : RowByRowDialect(
        tables,
        Now,
        $"DELETE FROM {tables.Outbox} WHERE owner_id = @p0 AND sequence IN (SELECT value FROM json_each(@p1))",
        $"INSERT INTO {tables.Timer} (token, due_at, message_id, destination, metadata, body, order_key, created_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, {Now}) " +
        "ON CONFLICT (token) DO UPDATE SET due_at = excluded.due_at, message_id = excluded.message_id, destination = excluded.destination, metadata = excluded.metadata, " +
        "body = excluded.body, order_key = excluded.order_key, created_at = excluded.created_at, parked_at = NULL, error = NULL")
{
    private const string Now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    private const int Constraint = 19;

    public override bool OneWriter => true;

    private JobDialect? _jobs;

    public override StoreStatements Statements { get; } = Build(tables);

    public override JobDialect Jobs => _jobs ??= new SqliteJobs(this, Tables.Jobs, Now);

    public override DbParameter[] Parameters(params ReadOnlySpan<object> values)
    {
        var parameters = new DbParameter[values.Length];
        for (var i = 0; i < values.Length; i++)
            parameters[i] = new SqliteParameter($"@p{i}", values[i]);
        return parameters;
    }

    public override bool IsDuplicate(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: Constraint } && exception.Message.Contains(Tables.InboxBareName + ".", StringComparison.Ordinal);

    // 5 busy, 6 locked, 10 i/o, 13 full, 14 cannot open: each may pass without a restart.
    public override bool IsUnavailable(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 14 } => true,
        { InnerException: { } inner } => IsUnavailable(inner),
        _ => false,
    };

    private static string TakeTimers(StoreTables t, string more) =>
        $"DELETE FROM {t.Timer} WHERE token IN (SELECT token FROM {t.Timer} WHERE due_at <= @p0 AND parked_at IS NULL{more} ORDER BY due_at LIMIT @p1) " +
        "RETURNING due_at, message_id, destination, metadata, body, order_key, token";

    private static string OrphansOf(StoreTables t) =>
        $"WITH RECURSIVE owners(id) AS (SELECT min(owner_id) FROM {t.Outbox} UNION ALL " +
        $"SELECT (SELECT min(owner_id) FROM {t.Outbox} WHERE owner_id > owners.id) FROM owners WHERE owners.id IS NOT NULL) " +
        $"SELECT 'outbox:' || id FROM owners WHERE id IS NOT NULL AND EXISTS (SELECT 1 FROM {t.Outbox} AS o WHERE o.owner_id = id AND o.parked_at IS NULL) " +
        $"AND NOT EXISTS (SELECT 1 FROM {t.Lease} AS l WHERE l.name = 'outbox:' || id AND l.expires_at >= {Now})";

    private static StoreStatements Build(StoreTables t) => new()
    {
        InboxContains = $"SELECT 1 FROM {t.Inbox} WHERE message_id = @p0 AND consumer_id = @p1",
        InboxPurge = $"DELETE FROM {t.Inbox} WHERE rowid IN (SELECT rowid FROM {t.Inbox} WHERE received_at < {Now} - @p0 ORDER BY received_at LIMIT @p1)",
        InboxOldestAge = $"SELECT {Now} - min(received_at) FROM {t.Inbox}",
        OutboxRead =
            $"SELECT sequence, message_id, destination, metadata, body FROM {t.Outbox} WHERE owner_id = @p0 AND sequence > @p1 AND parked_at IS NULL " +
            $"AND destination NOT IN (SELECT value FROM json_each(@p3)) ORDER BY sequence LIMIT @p2",
        OutboxPark = $"UPDATE {t.Outbox} SET parked_at = {Now}, error = @p2 WHERE owner_id = @p0 AND sequence = @p1",
        OutboxStatus =
            $"SELECT count(*) FILTER (WHERE parked_at IS NULL), {Now} - min(enqueued_at) FILTER (WHERE parked_at IS NULL), count(*) FILTER (WHERE parked_at IS NOT NULL) " +
            $"FROM (SELECT enqueued_at, parked_at FROM {t.Outbox} UNION ALL SELECT enqueued_at, parked_at FROM {t.Ordered} UNION ALL SELECT created_at, parked_at FROM {t.Timer} WHERE parked_at IS NOT NULL)",
        OutboxOrphans = OrphansOf(t),
        OutboxLook =
            $"{OrphansOf(t)} UNION ALL SELECT 'own' WHERE EXISTS (SELECT 1 FROM {t.Outbox} WHERE owner_id = @p0 AND parked_at IS NULL) UNION ALL SELECT 'ordered' WHERE EXISTS (SELECT 1 FROM {t.Ordered} WHERE parked_at IS NULL)",
        OutboxUnpark =
            $"UPDATE {t.Outbox} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL; UPDATE {t.Timer} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL; UPDATE {t.Ordered} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL",
        OrderedRead =
            $"SELECT position, order_key, message_id, destination, metadata, body FROM {t.Ordered} AS o WHERE position > @p0 AND parked_at IS NULL AND NOT EXISTS " +
            $"(SELECT 1 FROM {t.Ordered} AS p WHERE p.order_key = o.order_key AND p.parked_at IS NOT NULL) ORDER BY position LIMIT @p1",
        OrderedDelete = $"DELETE FROM {t.Ordered} WHERE position = @p0",
        OrderedPark = $"UPDATE {t.Ordered} SET parked_at = {Now}, error = @p1 WHERE position = @p0",
        TimerNext = $"SELECT min(due_at), {Now} FROM {t.Timer} WHERE parked_at IS NULL",
        TimerTake = TakeTimers(t, ""),
        TimerTakeRecent = TakeTimers(t, " AND due_at > @p2 AND order_key IS NULL"),
        TimerPark = $"UPDATE {t.Timer} SET parked_at = {Now}, error = @p2 WHERE token = @p0 AND due_at = @p1 AND parked_at IS NULL",
        ScheduleNext = $"SELECT min(due_at), {Now} FROM {t.Schedule} WHERE name NOT IN (SELECT value FROM json_each(@p0))",
        ScheduleTake = $"SELECT * FROM {t.Schedule} WHERE due_at <= @p0 AND name NOT IN (SELECT value FROM json_each(@p2)) ORDER BY due_at, name LIMIT @p1",
        DeadLetterAdd = LetterTexts.Add(t, Now),
        DeadLetterRelease = LetterTexts.Release(t),
        DeadLetterFieldAdd = LetterTexts.AddFieldsOnSqlite(t),
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
            $"DELETE FROM {t.Lease} WHERE name LIKE 'outbox:%' AND expires_at < {Now} - @p0 AND NOT EXISTS (SELECT 1 FROM {t.Outbox} WHERE owner_id = substr(name, 8))",
    };
}
