namespace Bus.Persistence.Jobs;

/// <summary>A step of a job that is done, and not done again in its next run. The class maps the table.</summary>
public sealed class JobStepRow
{
    /// <summary>Whose.</summary>
    public Guid JobId { get; set; }

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it returned, as JSON.</summary>
    public byte[] Result { get; set; } = [];

    /// <summary>When it was done, in Unix milliseconds.</summary>
    public long EndedAt { get; set; }
}
