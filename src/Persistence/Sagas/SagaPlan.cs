using System.Data;
using MassTransit;

namespace Bus.Persistence.Sagas;

/// <summary>The facts about one message that decide how its saga is kept apart from others.</summary>
/// <param name="Database">The database of the DbContext.</param>
/// <param name="Mode">What the user chose.</param>
/// <param name="Isolation">What the user chose; null for the default.</param>
/// <param name="UseTransaction">False if the user wants no transaction around an optimistic saga.</param>
/// <param name="Joined">Someone else (an outbox) owns the transaction of this message.</param>
/// <param name="TokenChanges">The saga has a concurrency token that is sure to change at every write.</param>
/// <param name="HasParts">Other tables belong to the saga.</param>
internal readonly record struct SagaFacts(
    SagaDatabase Database, ConcurrencyMode Mode, IsolationLevel? Isolation, bool UseTransaction, bool Joined, bool TokenChanges, bool HasParts);

/// <summary>How one message's saga is kept apart from others.</summary>
/// <param name="OwnTransaction">A transaction is opened before the load and committed at the end.</param>
/// <param name="Isolation">That transaction's isolation.</param>
/// <param name="LockRow">The load locks the row.</param>
/// <param name="CheckBeforeSave">The row is compared with what was loaded before it is written, in the transaction that writes it.</param>
/// <param name="Joined">The transaction is someone else's: nothing is begun or committed.</param>
internal readonly record struct SagaPlan(bool OwnTransaction, IsolationLevel Isolation, bool LockRow, bool CheckBeforeSave, bool Joined)
{
    public static SagaPlan Choose(in SagaFacts facts) => facts.Database switch
    {
        SagaDatabase.None => new SagaPlan(false, IsolationLevel.Unspecified, LockRow: false, CheckBeforeSave: false, Joined: false),
        SagaDatabase.Sqlite => OnSqlite(facts),
        _ => new SagaPlan(
            OwnTransaction: !facts.Joined && (facts.Mode == ConcurrencyMode.Pessimistic || facts.UseTransaction),
            // READ COMMITTED is enough: the row is locked, or its version is checked by the very statement that writes it. Serializable would only
            // turn harmless neighbours into serialization failures.
            facts.Isolation ?? IsolationLevel.ReadCommitted,
            LockRow: facts.Mode == ConcurrencyMode.Pessimistic,
            CheckBeforeSave: facts.Mode == ConcurrencyMode.Optimistic && !facts.TokenChanges,
            facts.Joined),
    };

    // SQLite has one write lock for the whole file. It must not be held while a state machine awaits, or every other writer, and the renewal of
    // this very message's lease, waits behind it. So both modes load without a transaction and find out at the end whether the row is still what
    // was loaded: by its token, or by comparing it in the short transaction that writes. What that comparison cannot see (rows of other tables)
    // needs the lock around everything, which can also be asked for with Serializable.
    private static SagaPlan OnSqlite(in SagaFacts facts)
    {
        var blind = facts is { Mode: ConcurrencyMode.Pessimistic, HasParts: true, TokenChanges: false };
        var around = !facts.Joined && (blind || facts.Isolation == IsolationLevel.Serializable);
        return new SagaPlan(around, IsolationLevel.Serializable, LockRow: false, CheckBeforeSave: !around && !facts.TokenChanges, facts.Joined);
    }
}
