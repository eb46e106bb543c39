using System.Data.Common;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Microsoft.Data.SqlClient;

namespace Bus.Persistence.Databases;

/// <summary>SQL Server 2016 and later, and Azure SQL.</summary>
internal sealed class SqlServerDialect(StoreTables tables) : RowByRowDialect(
    tables, Now,
    // Blocks stay under 1,000 rows and row locks are asked for: near 5,000 locks the table would be locked as a whole.
    $"DELETE FROM {tables.Outbox} WITH (ROWLOCK) WHERE owner_id = @p0 AND sequence IN (SELECT CAST(value AS bigint) FROM OPENJSON(@p1))",
    // The range is locked where there is no row yet, or two that set one token would both insert it.
    $"UPDATE {tables.Timer} WITH (UPDLOCK, HOLDLOCK) SET due_at = @p1, message_id = @p2, destination = @p3, metadata = @p4, body = @p5, order_key = @p6, created_at = {Now}, parked_at = NULL, error = NULL WHERE token = @p0; " +
    $"IF @@ROWCOUNT = 0 INSERT INTO {tables.Timer} (token, due_at, message_id, destination, metadata, body, order_key, created_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, {Now})")
{
    private const string Now = "DATEDIFF_BIG(MILLISECOND, '1970-01-01', SYSUTCDATETIME())";

    private JobDialect? _jobs;

    public override StoreStatements Statements { get; } = Build(tables);

    public override JobDialect Jobs => _jobs ??= new SqlServerJobs(this, Tables.Jobs, Now);

    public override DbParameter[] Parameters(params ReadOnlySpan<object> values)
    {
        var parameters = new DbParameter[values.Length];
        for (var i = 0; i < values.Length; i++)
            parameters[i] = new SqlParameter($"@p{i}", values[i]);
        return parameters;
    }

    // It compares the last six bytes first.
    public override Guid NewKey() => MassTransit.NewId.NextGuid();

    public override bool IsDuplicate(DbException exception) =>
        exception is SqlException { Number: 2627 or 2601 } && exception.Message.Contains(Tables.InboxBareName, StringComparison.OrdinalIgnoreCase);

    // Connection lost or refused, fail-over, throttling: https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
    public override bool IsUnavailable(Exception exception) => exception switch
    {
        SqlException error => error.Number is -2 or 0 or 2 or 20 or 53 or 64 or 121 or 233 or 4060 or 6005 or 10053 or 10054 or 10060 or 10928 or 10929 or 17142 or 40197 or 40501 or 40613,
        { InnerException: { } inner } => IsUnavailable(inner),
        _ => false,
    };

    // Of a key only the first: another process may have it in hand, or somebody is about to cancel it.
    private static string TakeTimers(StoreTables t, string more) =>
        $"WITH due AS (SELECT TOP (@p1) * FROM {t.Timer} AS d WITH (ROWLOCK, UPDLOCK, READPAST) WHERE due_at <= @p0 AND parked_at IS NULL{more} ORDER BY due_at) " +
        "DELETE FROM due OUTPUT deleted.due_at, deleted.message_id, deleted.destination, deleted.metadata, deleted.body, deleted.order_key, deleted.token";

    private static string OrphansOf(StoreTables t) =>
        $"SELECT CONCAT('outbox:', CONVERT(char(36), o.owner_id)) FROM (SELECT DISTINCT owner_id FROM {t.Outbox} WHERE parked_at IS NULL) AS o WHERE NOT EXISTS " +
        $"(SELECT 1 FROM {t.Lease} AS l WHERE l.name = CONCAT('outbox:', CONVERT(char(36), o.owner_id)) AND l.expires_at >= {Now})";

    private static StoreStatements Build(StoreTables t) => new()
    {
        InboxContains = $"SELECT 1 FROM {t.Inbox} WHERE message_id = @p0 AND consumer_id = @p1",
        InboxPurge =
            $"WITH oldest AS (SELECT TOP (@p1) received_at FROM {t.Inbox} WITH (ROWLOCK, READPAST) WHERE received_at < {Now} - @p0 ORDER BY received_at) DELETE FROM oldest",
        InboxOldestAge = $"SELECT {Now} - MIN(received_at) FROM {t.Inbox}",
        OutboxRead =
            $"SELECT TOP (@p2) sequence, message_id, destination, metadata, body FROM {t.Outbox} WITH (READPAST) WHERE owner_id = @p0 AND sequence > @p1 AND parked_at IS NULL AND destination NOT IN (SELECT value FROM OPENJSON(@p3)) ORDER BY sequence",
        OutboxPark = $"UPDATE {t.Outbox} SET parked_at = {Now}, error = @p2 WHERE owner_id = @p0 AND sequence = @p1",
        OutboxStatus =
            $"SELECT COUNT_BIG(CASE WHEN parked_at IS NULL THEN 1 END), {Now} - MIN(CASE WHEN parked_at IS NULL THEN enqueued_at END), COUNT_BIG(parked_at) " +
            $"FROM (SELECT enqueued_at, parked_at FROM {t.Outbox} UNION ALL SELECT enqueued_at, parked_at FROM {t.Ordered} UNION ALL SELECT created_at, parked_at FROM {t.Timer} WHERE parked_at IS NOT NULL) AS r",
        OutboxOrphans = OrphansOf(t),
        OutboxLook =
            $"{OrphansOf(t)} UNION ALL SELECT 'own' WHERE EXISTS (SELECT 1 FROM {t.Outbox} WITH (READPAST) WHERE owner_id = @p0 AND parked_at IS NULL) " +
            $"UNION ALL SELECT 'ordered' WHERE EXISTS (SELECT 1 FROM {t.Ordered} WITH (READCOMMITTEDLOCK, READPAST) WHERE parked_at IS NULL)",
        OutboxUnpark =
            $"UPDATE {t.Outbox} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL; UPDATE {t.Timer} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL; UPDATE {t.Ordered} SET parked_at = NULL, error = NULL WHERE parked_at IS NOT NULL",
        OrderedRead =
            $"SELECT TOP (@p1) position, order_key, message_id, destination, metadata, body FROM {t.Ordered} AS o WHERE position > @p0 AND parked_at IS NULL AND NOT EXISTS " +
            $"(SELECT 1 FROM {t.Ordered} AS p WHERE p.order_key = o.order_key AND p.parked_at IS NOT NULL) ORDER BY position",
        OrderedDelete = $"DELETE FROM {t.Ordered} WITH (ROWLOCK) WHERE position = @p0",
        OrderedPark = $"UPDATE {t.Ordered} SET parked_at = {Now}, error = @p1 WHERE position = @p0",
        TimerNext = $"SELECT MIN(due_at), {Now} FROM {t.Timer} WITH (READCOMMITTEDLOCK, READPAST) WHERE parked_at IS NULL",
        TimerTake = TakeTimers(t, $" AND (order_key IS NULL OR NOT EXISTS (SELECT 1 FROM {t.Timer} AS o WHERE o.order_key = d.order_key AND o.parked_at IS NULL AND (o.due_at < d.due_at OR (o.due_at = d.due_at AND o.token < d.token))))"),
        TimerTakeRecent = TakeTimers(t, " AND due_at > @p2 AND order_key IS NULL"),
        TimerPark = $"UPDATE {t.Timer} SET parked_at = {Now}, error = @p2 WHERE token = @p0 AND due_at = @p1 AND parked_at IS NULL",
        ScheduleNext = $"SELECT MIN(due_at), {Now} FROM {t.Schedule} WITH (READCOMMITTEDLOCK, READPAST) WHERE name NOT IN (SELECT value FROM OPENJSON(@p0))",
        ScheduleTake = $"SELECT TOP (@p1) * FROM {t.Schedule} WITH (ROWLOCK, UPDLOCK, READPAST) WHERE due_at <= @p0 AND name NOT IN (SELECT value FROM OPENJSON(@p2)) ORDER BY due_at, name",
        DeadLetterAdd = LetterTexts.AddOnSqlServer(t, Now),
        DeadLetterRelease = LetterTexts.Release(t),
        DeadLetterFieldAdd = LetterTexts.AddFieldsOnSqlServer(t),
        DeadLetterGroupSee = LetterTexts.SeeGroupOnSqlServer(t, Now),
        DeadLetterLook = LetterTexts.Look(t),
        LeaseAcquire =
            $"MERGE {t.Lease} WITH (HOLDLOCK) AS l USING (SELECT @p0 AS name) AS s ON l.name = s.name " +
            $"WHEN MATCHED AND (l.expires_at < {Now} OR l.holder = @p1) THEN UPDATE SET holder = @p1, term = l.term + 1, expires_at = {Now} + @p2, holder_name = @p3 " +
            $"WHEN NOT MATCHED THEN INSERT (name, holder, term, expires_at, holder_name) VALUES (@p0, @p1, 1, {Now} + @p2, @p3) OUTPUT inserted.term;",
        LeaseRenew = $"UPDATE {t.Lease} SET expires_at = {Now} + @p3 WHERE name = @p0 AND holder = @p1 AND term = @p2",
        LeaseBeat = $"UPDATE {t.Lease} SET expires_at = {Now} + @p3 OUTPUT inserted.term WHERE name = @p0 AND holder = @p1 AND term = @p2",
        // A hint: who has it locked writes as its holder.
        LeaseAlive = $"SELECT 1 FROM {t.Lease} WITH (NOLOCK) WHERE name = @p0 AND expires_at >= {Now}",
        LeaseRelease = $"UPDATE {t.Lease} SET expires_at = 0, holder = '{Guid.Empty}' WHERE name = @p0 AND holder = @p1 AND term = @p2",
        LeasePurge =
            $"DELETE FROM l FROM {t.Lease} AS l WHERE l.name LIKE 'outbox:%' AND l.expires_at < {Now} - @p0 AND NOT EXISTS " +
            $"(SELECT 1 FROM {t.Outbox} AS o WHERE o.owner_id = TRY_CAST(SUBSTRING(l.name, 8, 36) AS uniqueidentifier))",
    };
}
