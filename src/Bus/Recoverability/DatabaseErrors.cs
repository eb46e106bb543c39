using Bus.Core.Recoverability;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Bus.Recoverability;

/// <summary>What the three databases' own exceptions mean, where the common base type does not tell.</summary>
internal static class DatabaseErrors
{
    public static ErrorClassifier AddTo(ErrorClassifier classifier) => classifier
        .With<DbUpdateConcurrencyException>(ErrorClass.Transient)
        .With<SqliteException>(OfSqlite)
        .With<SqlException>(OfSqlServer);

    // 5 BUSY: somebody has kept the one write lock for longer than the busy time-out, from every message alike. Not so 517 BUSY_SNAPSHOT, where what was read is old, and 6 LOCKED.
    private static ErrorClass OfSqlite(SqliteException error) => error switch
    {
        { SqliteExtendedErrorCode: 517 } => ErrorClass.Transient,
        { SqliteErrorCode: 5 } => ErrorClass.Outage,
        { SqliteErrorCode: 6 } => ErrorClass.Transient,
        _ => ErrorClass.Unknown,
    };

    private static ErrorClass OfSqlServer(SqlException error) => error.Number switch
    {
        // Deadlock victim, lock time-out, update conflict under snapshot isolation, client time-out.
        1205 or 1222 or 3960 or -2 => ErrorClass.Transient,
        // No server, connection broken or refused, database starting or unavailable, too many sessions.
        -1 or 2 or 53 or 233 or 4060 or 6005 or 10053 or 10054 or 10060 or 10061 or 10928 or 10929 or 40197 or 40501 or 40613 => ErrorClass.Outage,
        _ => ErrorClass.Unknown,
    };
}
