namespace Bus.Persistence.Jobs;

/// <summary>By how much the counts of a batch change.</summary>
internal readonly record struct BatchCount(Guid Batch, int Succeeded, int Dead, int Cancelled)
{
    /// <summary>Jobs of a batch have gone from one state to another.</summary>
    public static BatchCount Moved(Guid batch, int from, int to, int jobs = 1)
    {
        int Of(int state) => jobs * ((to == state ? 1 : 0) - (from == state ? 1 : 0));
        return new BatchCount(batch, Of(JobStates.Succeeded), Of(JobStates.Dead), Of(JobStates.Cancelled));
    }

    /// <summary>Runs have ended: of each the batch of its job, and the state that this is in now.</summary>
    public static IReadOnlyList<BatchCount> Of(IEnumerable<(Guid Batch, int State)> ended) =>
    [
        .. ended.Where(run => run.State is JobStates.Succeeded or JobStates.Dead or JobStates.Cancelled).GroupBy(run => run.Batch).Select(runs => new BatchCount(
            runs.Key, runs.Count(run => run.State == JobStates.Succeeded), runs.Count(run => run.State == JobStates.Dead), runs.Count(run => run.State == JobStates.Cancelled))),
    ];
}
