namespace Bus.Persistence.Jobs;

/// <summary>What a job is found by: the row of the job says it, this one is its index. The class maps the table.</summary>
public sealed class JobTagRow
{
    /// <summary>The longest, in characters.</summary>
    public const int LongestTag = 100;

    /// <summary>Whose.</summary>
    public Guid JobId { get; set; }

    /// <summary>What it is found by.</summary>
    public string Tag { get; set; } = "";
}
