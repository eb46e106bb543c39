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
