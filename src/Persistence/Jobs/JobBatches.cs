using System.Data.Common;
using Bus.Core.Faults;
using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <summary>
/// The statements about batches, alike on all databases. Who ends jobs counts them in the same transaction, which locks the batch until it commits: so each event is seen by one, and its callback is added by the
/// commit that brings it about.
/// </summary>
/// <param name="jobs">Adds the callbacks.</param>
/// <param name="dialect">Makes parameters.</param>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time.</param>
internal sealed class JobBatches(JobDialect jobs, StoreDialect dialect, JobTables tables, string now)
{
    private const int CallbackPriority = 4;

    private readonly string _insert =
        $"INSERT INTO {tables.Batch} (id, name, created_at, total, succeeded, dead, cancelled, closed_at, done_at, succeeded_at, failed_type, failed_queue, failed_arguments, done_type, done_queue, done_arguments, " +
        $"succeeded_type, succeeded_queue, succeeded_arguments, tenant) VALUES (@p0, @p1, {now}, @p2, 0, 0, 0, CASE WHEN @p3 = 1 THEN {now} END, CASE WHEN @p4 = 1 THEN {now} END, CASE WHEN @p4 = 1 THEN {now} END, " +
        "@p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14)";

    private readonly string _grow = $"UPDATE {tables.Batch} SET total = total + @p1, closed_at = CASE WHEN @p2 = 1 THEN {now} END WHERE id = @p0 AND closed_at IS NULL";

    private readonly string _read = Read(tables);

    private readonly string _count = $"UPDATE {tables.Batch} SET succeeded = succeeded + @p1, dead = dead + @p2, cancelled = cancelled + @p3 WHERE id = @p0; {Read(tables)}";

    private readonly (string Stamp, string Callback)[] _events =
    [
        .. new[] { (Event: "first_failed_at", Callback: "failed"), (Event: "done_at", Callback: "done"), (Event: "succeeded_at", Callback: "succeeded") }.Select(one => (
            $"UPDATE {tables.Batch} SET {one.Event} = {now} WHERE id = @p0 AND {one.Event} IS NULL",
            $"SELECT {one.Callback}_type, {one.Callback}_queue, {one.Callback}_arguments, {now}, tenant FROM {tables.Batch} WHERE id = @p0 AND {one.Callback}_type IS NOT NULL")),
    ];

    /// <summary>All that it works with, for a test to parse.</summary>
    public IEnumerable<string> Texts => [_insert, _grow, _read, _count, .. _events.SelectMany(one => new[] { one.Stamp, one.Callback })];

    /// <summary>Adds the insert of a batch.</summary>
    public void AddInsert(StoreBatch batch, NewBatch added) => batch.AddRow(
        _insert, dialect, added.Id, added.Name, added.Total, added.IsClosed ? 1 : 0, added is { IsClosed: true, Total: 0 } ? 1 : 0,
        Type(added.Failed), Queue(added.Failed), Arguments(added.Failed), Type(added.Done), Queue(added.Done), Arguments(added.Done), Type(added.Succeeded), Queue(added.Succeeded), Arguments(added.Succeeded), (object?)added.Tenant ?? DBNull.Value);

    /// <summary>Adds to the number of jobs, or closes the batch, or both, in the transaction that is open.</summary>
    /// <returns>Where callbacks are queued; null when the batch is closed already, or there is none.</returns>
    public async Task<IReadOnlyList<string>?> GrowAsync(DbConnection connection, DbTransaction transaction, Guid batch, int added, bool closes, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, _grow, batch, added, closes ? 1 : 0);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return null;
        return closes ? await FireAsync(connection, transaction, batch, _read, [batch], cancellationToken) : [];
    }

    /// <summary>Changes the counts of batches, in the transaction that is open: as the last that it has to wait for, and in one order, so that no two wait for each other.</summary>
    /// <returns>Where callbacks are queued.</returns>
    public async Task<IReadOnlyList<string>> CountAsync(DbConnection connection, DbTransaction transaction, IEnumerable<BatchCount> counts, CancellationToken cancellationToken)
    {
        List<string> queues = [];
        foreach (var count in counts.OrderBy(count => count.Batch))
            queues.AddRange(await FireAsync(connection, transaction, count.Batch, _count, [count.Batch, count.Succeeded, count.Dead, count.Cancelled], cancellationToken));
        return queues;
    }

    private async Task<List<string>> FireAsync(DbConnection connection, DbTransaction transaction, Guid batch, string sql, object[] values, CancellationToken cancellationToken)
    {
        List<string> queues = [];
        var state = await ReadAsync(connection, transaction, sql, values, cancellationToken);
        FaultPoint.Reach(FaultPoints.AfterJobCount);
        foreach (var happened in state?.Due() ?? [])
        {
            var (stamp, callback) = _events[(int)happened];
            await using var command = Command(connection, transaction, stamp, batch);
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 1 && await EnqueueAsync(connection, transaction, callback, batch, cancellationToken) is { } queue)
                queues.Add(queue);
        }

        return queues;
    }

    private async Task<BatchState?> ReadAsync(DbConnection connection, DbTransaction transaction, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? BatchState.Read(reader) : null;
    }

    private async Task<string?> EnqueueAsync(DbConnection connection, DbTransaction transaction, string sql, Guid batch, CancellationToken cancellationToken)
    {
        NewJob job;
        await using (var command = Command(connection, transaction, sql, batch))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            job = ReadCallback(reader);
        }

        await using var insert = new StoreBatch(connection, transaction);
        jobs.AddInsert(insert, [job]);
        await insert.ExecuteAsync(cancellationToken);
        return job.Queue;
    }

    private static NewJob ReadCallback(DbDataReader row)
    {
        var time = row.GetInt64(3);
        return new NewJob
        {
            Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(time)),
            Type = row.GetString(0),
            Queue = row.GetString(1),
            Arguments = row.GetFieldValue<byte[]>(2),
            Priority = CallbackPriority,
            Rank = (time * 1000) - (CallbackPriority * JobDialect.MicrosecondsAPriority),
            Tenant = row.IsDBNull(4) ? null : row.GetString(4),
        };
    }

    private static string Read(JobTables tables) => $"SELECT {BatchState.Columns} FROM {tables.Batch} WHERE id = @p0";

    private static object Type(NewCallback? callback) => (object?)callback?.Type ?? DBNull.Value;

    private static object Queue(NewCallback? callback) => (object?)callback?.Queue ?? DBNull.Value;

    private object Arguments(NewCallback? callback) => (object?)callback?.Arguments ?? jobs.NullBytes;

    private DbCommand Command(DbConnection connection, DbTransaction transaction, string sql, params object[] values)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.Parameters.AddRange(dialect.Parameters(values));
        return command;
    }
}
