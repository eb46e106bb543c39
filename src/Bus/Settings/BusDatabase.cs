namespace Bus.Settings;

/// <summary>Which database holds the service's data, its outbox, inbox and sagas.</summary>
public enum BusDatabase
{
    /// <summary>A SQLite file in <c>Bus:DataFolder</c>, or at <c>ConnectionStrings:Bus</c>.</summary>
    Sqlite,

    /// <summary>PostgreSQL at <c>ConnectionStrings:Bus</c>.</summary>
    PostgreSql,

    /// <summary>SQL Server at <c>ConnectionStrings:Bus</c>.</summary>
    SqlServer,
}
