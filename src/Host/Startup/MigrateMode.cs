namespace Bus.Host.Startup;

/// <summary>When the database's schema is brought up.</summary>
internal enum MigrateMode
{
    /// <summary>Before the process starts its work. The default.</summary>
    AtStart,

    /// <summary>By the command <c>migrate</c> only; a start on an older schema is refused.</summary>
    Manual,
}
