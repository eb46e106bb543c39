namespace Bus.Persistence.Jobs;

/// <summary>A line that the handler of a job has logged. The class maps the table.</summary>
public sealed class JobLogRow
{
    /// <summary>How many characters of a text are kept.</summary>
    public const int LongestText = 4_000;

    /// <summary>Whose.</summary>
    public Guid JobId { get; set; }

    /// <summary>The number of the claim.</summary>
    public long Claim { get; set; }

    /// <summary>Its place among the lines of the run, from 1.</summary>
    public int Number { get; set; }

    /// <summary>When it was logged, in Unix milliseconds.</summary>
    public long At { get; set; }

    /// <summary>0 information, 1 a warning, 2 an error.</summary>
    public int Level { get; set; }

    /// <summary>What was logged.</summary>
    public string Text { get; set; } = "";
}
