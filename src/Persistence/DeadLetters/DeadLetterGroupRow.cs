namespace Bus.Persistence.DeadLetters;

/// <summary>Dead letters of one cause, wherever they were to be handled. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class DeadLetterGroupRow
{
    /// <summary>A hash of the exception's type and its top frames.</summary>
    public Guid Id { get; set; }

    /// <summary>The cause in a line.</summary>
    public string Title { get; set; } = "";

    /// <summary>The top frames, one a line.</summary>
    public string Frames { get; set; } = "";

    /// <summary>When the first came.</summary>
    public long FirstSeen { get; set; }

    /// <summary>When the last came.</summary>
    public long LastSeen { get; set; }

    /// <summary>0 open, 1 acknowledged, 2 resolved.</summary>
    public int Status { get; set; }

    /// <summary>Who sees to it.</summary>
    public string? Owner { get; set; }

    /// <summary>What is known about it.</summary>
    public string? Note { get; set; }
}
