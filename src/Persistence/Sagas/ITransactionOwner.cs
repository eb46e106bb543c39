using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Sagas;

/// <summary>
/// A payload of the consume context that says: the transaction of this DbContext is mine, begun or about to begin. The saga repository then saves
/// through it and leaves commit and rollback to the owner.
/// </summary>
internal interface ITransactionOwner
{
    /// <summary>The DbContext whose transaction is owned.</summary>
    DbContext DbContext { get; }

    /// <summary>
    /// Begins the transaction, if it has not begun. The repository asks for it before it compares a row that it is about to write, which is
    /// right only if both are in the transaction. An owner that begins before the first read has nothing to do.
    /// </summary>
    Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says that it is a saga that handles the message.</summary>
    void ServeSaga()
    {
    }
}
