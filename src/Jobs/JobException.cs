namespace Bus.Jobs;

/// <summary>Something about a job cannot be as it was asked for; the text says what, and what to do.</summary>
public sealed class JobException : Exception
{
    /// <summary>Whether it is as it is now that does not allow it, and may some time: nothing is wrong with what was asked.</summary>
    public bool IsConflict { get; init; }

    /// <inheritdoc/>
    public JobException()
    {
    }

    /// <inheritdoc/>
    public JobException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public JobException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
