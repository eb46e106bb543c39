namespace Bus.Host.Startup;

/// <summary>What one process does.</summary>
[Flags]
internal enum HostRoles
{
    None = 0,

    /// <summary>Serves HTTP.</summary>
    Api = 1,

    /// <summary>Consumes messages: sagas, steps, rows.</summary>
    Worker = 2,

    All = Api | Worker,
}
