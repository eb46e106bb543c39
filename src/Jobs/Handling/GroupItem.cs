namespace Bus.Jobs.Handling;

/// <summary>One of the jobs that are run together, and what its handler says of it.</summary>
internal sealed class GroupItem(Guid jobId, object arguments, int attempt, long number, CancellationToken cancellationToken)
{
    public Guid JobId => jobId;

    public object Arguments => arguments;

    public int Attempt => attempt;

    public long Number => number;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Whose it is; null when it is nobody's.</summary>
    public string? Tenant { get; init; }

    /// <summary>Why it has failed; null when it has not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Its result as JSON; null when it has none.</summary>
    public byte[]? Result { get; set; }
}
