namespace Bus.Persistence.Jobs;

/// <summary>A group of which no job is begun. The class maps the table.</summary>
public sealed class JobPauseRow
{
    /// <summary>0 all, 1 a queue, 2 a type.</summary>
    public int Kind { get; set; }

    /// <summary>The queue's or the type's name; empty for all.</summary>
    public string Name { get; set; } = "";
}
