namespace Bus.Persistence.Jobs;

/// <summary>A group of which no job is begun. The class maps the table.</summary>
public sealed class JobPauseRow
{
    /// <summary>0 all, 1 a queue, 2 a type, 3 a tenant.</summary>
    public int Kind { get; set; }

    /// <summary>The name of the queue, type or tenant; empty for all.</summary>
    public string Name { get; set; } = "";
}
