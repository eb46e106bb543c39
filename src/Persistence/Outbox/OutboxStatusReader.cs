using Bus.Persistence.Databases;

namespace Bus.Persistence.Outbox;

internal static class OutboxStatusReader
{
    public static async Task<OutboxStatus> ReadAsync(StoreSession session, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            session.Dialect.Statements.OutboxStatus,
            row => new OutboxStatus(row.GetInt64(0), row.IsDBNull(1) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(row.GetInt64(1)), row.GetInt64(2)),
            cancellationToken);
        return rows[0];
    }
}
