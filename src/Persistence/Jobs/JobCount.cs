namespace Bus.Persistence.Jobs;

/// <summary>What became of some runs of one queue and type. Not thread-safe.</summary>
internal sealed class JobCount
{
    public long Runs { get; set; }

    public long Succeeded { get; set; }

    public long Failed { get; set; }

    public long Dead { get; set; }

    public long Cancelled { get; set; }

    public long Crashed { get; set; }

    public long RunMs { get; set; }

    public long WaitMs { get; set; }

    public long MaxRunMs { get; set; }

    /// <summary>Several together.</summary>
    public static JobCount Sum(IEnumerable<JobCount> counts)
    {
        var sum = new JobCount();
        foreach (var count in counts)
        {
            (sum.Runs, sum.Succeeded, sum.Failed, sum.Dead, sum.Cancelled, sum.Crashed) =
                (sum.Runs + count.Runs, sum.Succeeded + count.Succeeded, sum.Failed + count.Failed, sum.Dead + count.Dead, sum.Cancelled + count.Cancelled, sum.Crashed + count.Crashed);
            (sum.RunMs, sum.WaitMs, sum.MaxRunMs) = (sum.RunMs + count.RunMs, sum.WaitMs + count.WaitMs, Math.Max(sum.MaxRunMs, count.MaxRunMs));
        }

        return sum;
    }

    /// <summary>Adds what became of a job.</summary>
    public void AddState(int state)
    {
        Succeeded += state == JobStates.Succeeded ? 1 : 0;
        Dead += state == JobStates.Dead ? 1 : 0;
        Cancelled += state == JobStates.Cancelled ? 1 : 0;
    }

    /// <summary>Adds a run that has ended; one that was handed back is none.</summary>
    public void AddRun(int state, int failures, long ran, long waited)
    {
        if (state == JobStates.Queued && failures == 0)
            return;
        AddState(state);
        (Runs, Failed, RunMs, WaitMs, MaxRunMs) = (Runs + 1, Failed + failures, RunMs + ran, WaitMs + Math.Max(0, waited), Math.Max(MaxRunMs, ran));
    }
}
