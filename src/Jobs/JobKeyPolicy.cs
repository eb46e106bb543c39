namespace Bus.Jobs;

/// <summary>What becomes of the jobs behind one of the same key that has failed.</summary>
public enum JobKeyPolicy
{
    /// <summary>They wait through its attempts; when it is dead they wait until it is run again with success, cancelled or deleted.</summary>
    Park,

    /// <summary>They wait through its attempts; when it is dead they go on without it.</summary>
    Skip,

    /// <summary>It is tried until it succeeds, and they wait. Only an error that no retry can mend makes it dead; then as with <see cref="Park"/>.</summary>
    Block,
}
