using Bus.Persistence.Databases;

namespace Bus.Persistence.DeadLetters;

/// <summary>The statements that add dead letters. The rest is Entity Framework's.</summary>
internal static class LetterTexts
{
    /// <summary>The columns that are given.</summary>
    public const string Columns =
        "id, source_key, kind, state, queue, message_id, correlation_id, message_type, content_type, headers, properties, body, reason, exception_type, exception_message, stack, " +
        "attempts, redeliveries, host, failed_at, group_id, replay_of, replays";

    private static readonly string Values = string.Join(", ", Columns.Split(", ").Select((_, index) => $"@p{index}"));

    public static string Add(StoreTables t, string now) => $"INSERT INTO {t.DeadLetter} ({Columns}, stored_at) VALUES ({Values}, {now}) ON CONFLICT DO NOTHING";

    // The range is locked where there is no row yet, or two of one source would both be added.
    public static string AddOnSqlServer(StoreTables t, string now) =>
        $"INSERT INTO {t.DeadLetter} ({Columns}, stored_at) SELECT {Values}, {now} WHERE NOT EXISTS (SELECT 1 FROM {t.DeadLetter} WITH (UPDLOCK, HOLDLOCK) WHERE source_key = @p1 OR id = @p0)";

    public static string Release(StoreTables t) => $"UPDATE {t.DeadLetter} SET source_key = @p1 WHERE source_key = @p0 AND state <> 0 AND id <> @p2";

    public static string Look(StoreTables t) =>
        $"SELECT 'running' WHERE EXISTS (SELECT 1 FROM {t.DeadLetterReplay} WHERE state = {(int)DeadLetterOperationState.Running}) UNION ALL SELECT 'old' WHERE EXISTS (SELECT 1 FROM {t.DeadLetter} WHERE closed_at IS NOT NULL AND closed_at < @p0) " +
        $"OR EXISTS (SELECT 1 FROM {t.DeadLetterReplay} WHERE ended_at IS NOT NULL AND ended_at < @p0)";

    // Of a whole block at once. An id is text here, in the case in which Entity Framework writes it.
    public static string AddFieldsOnSqlite(StoreTables t) =>
        $"INSERT INTO {t.DeadLetterField} (name, value, letter_id) SELECT value ->> '$.n', value ->> '$.v', value ->> '$.l' FROM json_each(@p0)";

    public static string AddFieldsOnPostgres(StoreTables t) =>
        $"INSERT INTO {t.DeadLetterField} (name, value, letter_id) SELECT f ->> 'n', f ->> 'v', (f ->> 'l')::uuid FROM json_array_elements(@p0::json) AS f";

    public static string AddFieldsOnSqlServer(StoreTables t) =>
        $"INSERT INTO {t.DeadLetterField} (name, value, letter_id) SELECT n, min(v), l FROM OPENJSON(@p0) WITH (n nvarchar(200), v nvarchar(200), l uniqueidentifier) GROUP BY n, l, v COLLATE DATABASE_DEFAULT";

    public static string SeeGroup(StoreTables t, string now) =>
        $"INSERT INTO {t.DeadLetterGroup} AS g (id, title, frames, first_seen, last_seen, status) VALUES (@p0, @p1, @p2, {now}, {now}, 0) " +
        "ON CONFLICT (id) DO UPDATE SET last_seen = excluded.last_seen, status = CASE WHEN g.status = 2 THEN 0 ELSE g.status END";

    public static string SeeGroupOnSqlServer(StoreTables t, string now) =>
        $"UPDATE {t.DeadLetterGroup} WITH (UPDLOCK, HOLDLOCK) SET last_seen = {now}, status = CASE WHEN status = 2 THEN 0 ELSE status END WHERE id = @p0; " +
        $"IF @@ROWCOUNT = 0 INSERT INTO {t.DeadLetterGroup} (id, title, frames, first_seen, last_seen, status) VALUES (@p0, @p1, @p2, {now}, {now}, 0)";
}
