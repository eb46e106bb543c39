namespace Bus.Persistence.Jobs;

/// <summary>A batch of jobs: how many there are and how many have come to which end, counted in the commits that end them. The class maps the table; instants are Unix milliseconds.</summary>
public sealed class JobBatchRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>What people call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Whose the jobs are that it enqueues; null when they are nobody's.</summary>
    public string? Tenant { get; set; }

    /// <summary>When its first jobs were added.</summary>
    public long CreatedAt { get; set; }

    /// <summary>How many jobs were added.</summary>
    public int Total { get; set; }

    /// <summary>How many have succeeded.</summary>
    public int Succeeded { get; set; }

    /// <summary>How many are dead.</summary>
    public int Dead { get; set; }

    /// <summary>How many were cancelled, or deleted before they had run.</summary>
    public int Cancelled { get; set; }

    /// <summary>When all its jobs were there, so that no more are added; null while it is filled.</summary>
    public long? ClosedAt { get; set; }

    /// <summary>When one was dead for the first time.</summary>
    public long? FirstFailedAt { get; set; }

    /// <summary>When all had ended for the first time.</summary>
    public long? DoneAt { get; set; }

    /// <summary>When all had succeeded for the first time.</summary>
    public long? SucceededAt { get; set; }

    /// <summary>The type of the job that is enqueued when one is dead for the first time; null for none.</summary>
    public string? FailedType { get; set; }

    /// <summary>Its queue.</summary>
    public string? FailedQueue { get; set; }

    /// <summary>Its arguments as JSON.</summary>
    public byte[]? FailedArguments { get; set; }

    /// <summary>The type of the job that is enqueued when all have ended for the first time; null for none.</summary>
    public string? DoneType { get; set; }

    /// <summary>Its queue.</summary>
    public string? DoneQueue { get; set; }

    /// <summary>Its arguments as JSON.</summary>
    public byte[]? DoneArguments { get; set; }

    /// <summary>The type of the job that is enqueued when all have succeeded for the first time; null for none.</summary>
    public string? SucceededType { get; set; }

    /// <summary>Its queue.</summary>
    public string? SucceededQueue { get; set; }

    /// <summary>Its arguments as JSON.</summary>
    public byte[]? SucceededArguments { get; set; }
}
