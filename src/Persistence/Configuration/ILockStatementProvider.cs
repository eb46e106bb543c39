using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence;

/// <summary>
/// Makes the statement that reads one row of an entity's table and locks it until the transaction ends. Values are parameters
/// (<c>{0}</c>, <c>{1}</c>, … as in <c>FromSqlRaw</c>), never text. Thread-safe.
/// </summary>
public interface ILockStatementProvider
{
    /// <summary>The statement that locks by correlation id.</summary>
    string GetRowLockStatement<T>(DbContext context)
        where T : class;

    /// <summary>The statement that locks by these properties, in this order.</summary>
    string GetRowLockStatement<T>(DbContext context, params string[] propertyNames)
        where T : class;
}
