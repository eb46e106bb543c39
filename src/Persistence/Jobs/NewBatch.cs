namespace Bus.Persistence.Jobs;

/// <summary>A batch that a commit adds, with its first jobs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Total">How many jobs the same commit adds.</param>
/// <param name="IsClosed">Whether these are all; an empty batch that is closed has ended, and its callbacks are added beside it.</param>
/// <param name="Failed">What is enqueued when one is dead for the first time.</param>
/// <param name="Done">What is enqueued when all have ended for the first time.</param>
/// <param name="Succeeded">What is enqueued when all have succeeded for the first time.</param>
internal sealed record NewBatch(Guid Id, string Name, int Total, bool IsClosed, NewCallback? Failed, NewCallback? Done, NewCallback? Succeeded)
{
    /// <summary>Whose the jobs are that it enqueues; null when they are nobody's.</summary>
    public string? Tenant { get; init; }
}

/// <summary>A job that a batch enqueues when something has happened to it.</summary>
internal sealed record NewCallback(string Type, string Queue, byte[] Arguments);
