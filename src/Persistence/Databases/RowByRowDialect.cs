using Bus.Persistence.Inbox;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;

namespace Bus.Persistence.Databases;

/// <summary>What the databases share that take a row a statement: their drivers, or the transaction around them, make one trip of many.</summary>
/// <param name="tables">The tables' names.</param>
/// <param name="now">The expression for the database's time in Unix milliseconds.</param>
/// <param name="delete">Deletes the rows of owner @p0 whose sequences are in the JSON array @p1.</param>
/// <param name="setTimer">Sets a timer, which replaces one of the same token: token, due, message id, destination, metadata, body, order key.</param>
internal abstract class RowByRowDialect(StoreTables tables, string now, string delete, string setTimer) : StoreDialect(tables)
{
    private readonly string _insertInbox = $"INSERT INTO {tables.Inbox} (message_id, consumer_id, received_at) VALUES (@p0, @p1, {now})";
    private readonly string _insertOutbox = $"INSERT INTO {tables.Outbox} (owner_id, sequence, message_id, destination, metadata, body, enqueued_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, {now})";
    private readonly string _insertOrdered = $"INSERT INTO {tables.Ordered} (order_key, message_id, destination, metadata, body, enqueued_at) VALUES (@p0, @p1, @p2, @p3, @p4, {now})";

    private readonly string _dropTimer = $"DELETE FROM {tables.Timer} WHERE token = @p0";

    /// <summary>All that it writes with, for a test to parse.</summary>
    public IReadOnlyList<string> WriteTexts => [_insertInbox, _insertOutbox, _insertOrdered, _dropTimer, setTimer, delete];

    public override void AddDelete(StoreBatch batch, Guid owner, long[] sequences) => batch.AddRow(delete, this, owner, $"[{string.Join(',', sequences)}]");

    protected override void AddInbox(StoreBatch batch, IReadOnlyList<InboxKey> inbox)
    {
        foreach (var key in inbox)
            batch.AddRow(_insertInbox, this, key.MessageId, key.ConsumerId);
    }

    protected override void AddOutbox(StoreBatch batch, IReadOnlyList<OutboxRecord> outbox)
    {
        foreach (var record in outbox)
            batch.AddRow(_insertOutbox, this, record.Owner, record.Sequence, record.MessageId, record.Destination.OriginalString, record.MetadataJson, record.Body);
    }

    protected override void AddOrdered(StoreBatch batch, OutboxRecord record) =>
        batch.AddRow(_insertOrdered, this, record.OrderKey!, record.MessageId, record.Destination.OriginalString, record.MetadataJson, record.Body);

    protected override void AddTimers(StoreBatch batch, IReadOnlyCollection<TimerChange> changes)
    {
        foreach (var (order, record) in changes)
        {
            if (order.Due is null)
                batch.AddRow(_dropTimer, this, order.Token);
            else
                batch.AddRow(setTimer, this, order.Token, order.DueAt, record.MessageId, record.Destination.OriginalString, record.MetadataJson, record.Body, (object?)record.OrderKey ?? DBNull.Value);
        }
    }
}
