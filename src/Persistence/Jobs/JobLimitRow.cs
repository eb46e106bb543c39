namespace Bus.Persistence.Jobs;

/// <summary>What all processes share of the limits of a type. Who takes jobs of the type locks the row. The class maps the table.</summary>
public sealed class JobLimitRow
{
    /// <summary>The type's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The theoretical arrival time of its rate limit (GCRA, ITU-T I.371), in Unix microseconds.</summary>
    public long FreeAt { get; set; }
}
