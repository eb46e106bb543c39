using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Bus.Persistence.Sagas;

/// <summary>Tells errors that mean "another message was first" from all others. Pure.</summary>
internal static class SagaConflicts
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqlitePrimaryKey = 1555;
    private const int SqliteUnique = 2067;

    /// <summary>True if the same message, tried again in a new transaction, may well succeed.</summary>
    public static bool IsConflict(Exception? exception, Type sagaType)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SagaConflictException or DbUpdateConcurrencyException || IsUniqueViolation(exception, sagaType) || IsLostLock(exception))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True if a row of the saga exists already, or a value of it that must be unique.</summary>
    public static bool IsUniqueViolation(Exception exception, Type sagaType) =>
        exception is DbUpdateException update
        // The unique key of a user's own table is the user's business, and trying again would not help it.
        && (update.Entries.Count == 0 || update.Entries.Any(entry => sagaType.IsAssignableFrom(entry.Metadata.ClrType)))
        && update.InnerException switch
        {
            PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
            SqlException { Number: 2601 or 2627 } => true,
            SqliteException { SqliteExtendedErrorCode: SqlitePrimaryKey or SqliteUnique } => true,
            _ => false,
        };

    private static bool IsLostLock(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => true,
        // 1205: chosen as deadlock victim; 3960: snapshot isolation found a newer row.
        SqlException { Number: 1205 or 3960 } => true,
        SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked } => true,
        _ => false,
    };
}
