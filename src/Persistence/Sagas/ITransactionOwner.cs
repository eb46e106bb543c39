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
}
