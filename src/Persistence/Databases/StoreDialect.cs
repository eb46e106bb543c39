using System.Data.Common;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Leases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Databases;

/// <summary>
/// The statements of one database. Every value travels as a parameter; times are the database's own, in Unix milliseconds, so that the clocks of
/// the processes need not agree.
/// </summary>
internal abstract class StoreDialect(StoreTables tables)
{
    /// <summary>The prefix of the leases that relays hold on their rows; the owner's id follows, upper case with hyphens.</summary>
    public const string OwnerPrefix = "outbox:";

    protected StoreTables Tables { get; } = tables;

    /// <summary>
    /// True where one writer locks the whole database: no transaction may then be open while a handler awaits, or the renewal of a lease would wait behind it.
    /// </summary>
    public virtual bool OneWriter => false;

    /// <summary>True where a batch without a transaction is applied as a whole or not at all.</summary>
    public virtual bool BatchIsAtomic => false;

    /// <summary>The text that ends a transaction as the last statement of a batch, saving a round trip; null where the driver must do it.</summary>
    public virtual string? CommitInBatch => null;

    /// <summary>Lets each statement of a batch be a transaction of its own, which fails without the others: so it is where the driver begins none.</summary>
    public virtual void Separate(DbBatch batch)
    {
    }

    /// <summary>A new key that comes after the earlier ones in this database's order: what is added together then stands together in the index, and is written as few pages.</summary>
    public virtual Guid NewKey() => Guid.CreateVersion7();

    public static StoreDialect For(DbContext context)
    {
        var tables = StoreTables.From(context);
        return context.Database.ProviderName switch
        {
            "Npgsql.EntityFrameworkCore.PostgreSQL" => new PostgresDialect(tables),
            "Microsoft.EntityFrameworkCore.Sqlite" => new SqliteDialect(tables),
            "Microsoft.EntityFrameworkCore.SqlServer" => new SqlServerDialect(tables),
            var other => throw new OutboxException(
                $"'{context.GetType().Name}' uses the provider '{other}'; the outbox knows Npgsql.EntityFrameworkCore.PostgreSQL, Microsoft.EntityFrameworkCore.Sqlite and Microsoft.EntityFrameworkCore.SqlServer."),
        };
    }

    /// <summary>Adds the inserts of the inbox keys (each fails when present) and of the records, and their changes of timers.</summary>
    public void AddWrite(StoreBatch batch, IReadOnlyList<InboxKey> inbox, IReadOnlyList<OutboxRecord> outbox)
    {
        if (inbox.Count > 0)
            AddInbox(batch, inbox);

        var relayed = outbox.All(record => record.IsRelayed) ? outbox : [.. outbox.Where(record => record.IsRelayed)];
        if (relayed.Count > 0)
            AddOutbox(batch, relayed);
        if (relayed.Count == outbox.Count)
            return;

        foreach (var added in outbox.Select(record => record.Batch).OfType<NewBatch>())
            Jobs.Batches.AddInsert(batch, added);
        List<NewJob> jobs = [.. outbox.Select(record => record.Job).OfType<NewJob>()];
        if (jobs.Count > 0)
            Jobs.AddInsert(batch, jobs);
        List<TrackedChange> tracked = [.. outbox.Select(record => record.Tracked).OfType<TrackedChange>()];
        if (tracked.Count > 0)
            Jobs.Tracked.AddWrite(batch, tracked);
        foreach (var record in outbox.Where(record => record.OrderKey is not null && record.Timer is null))
            AddOrdered(batch, record);
        var timers = TimerChange.Of(outbox);
        if (timers.Count > 0)
            AddTimers(batch, timers);
    }

    /// <summary>Adds the delete of confirmed records of one owner.</summary>
    public abstract void AddDelete(StoreBatch batch, Guid owner, long[] sequences);

    /// <summary>The parameters of a statement in this database's types, named <c>@p0</c>, <c>@p1</c>, …</summary>
    public abstract DbParameter[] Parameters(params ReadOnlySpan<object> values);

    /// <summary>True when the error says that an inbox key was there already.</summary>
    public abstract bool IsDuplicate(DbException exception);

    /// <summary>True when the error says that the database cannot be reached or refuses to serve now, so that waiting helps.</summary>
    public abstract bool IsUnavailable(Exception exception);

    /// <summary>The statements about jobs.</summary>
    public abstract JobDialect Jobs { get; }

    /// <summary>The statements of reads, leases and upkeep.</summary>
    public abstract StoreStatements Statements { get; }

    protected abstract void AddInbox(StoreBatch batch, IReadOnlyList<InboxKey> inbox);

    protected abstract void AddOutbox(StoreBatch batch, IReadOnlyList<OutboxRecord> outbox);

    protected abstract void AddOrdered(StoreBatch batch, OutboxRecord record);

    protected abstract void AddTimers(StoreBatch batch, IReadOnlyCollection<TimerChange> changes);
}
