namespace Bus.Jobs;

/// <summary>How the messages of a plain consumer are shown as jobs.</summary>
public sealed class TrackOptions
{
    /// <summary>
    /// What stands in the rows as their type, at most 300 characters; the full name of the consumer's type unless it is set. Of a consumer of several message types a slash and the message's follow. Rows outlive names of
    /// classes: set it before you rename one.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// Whether the message is kept in the row as JSON, so that it is seen in <see cref="JobSummary.Arguments"/>. Default false: the transport has it. One that is longer than <see cref="JobsOptions.MaxPayload"/>, or that
    /// cannot be written as JSON, is left out.
    /// </summary>
    public bool KeepBody { get; set; }
}
