using Bus.Jobs.Running;
using Polly;

namespace Bus.Jobs;

/// <summary>One run of a job, as its handler sees it. Thread-safe.</summary>
public sealed class JobRun
{
    private readonly Func<int, string?, Task> _report;
    private readonly Action<JobLogLevel, string> _log;
    private readonly IJobSteps _steps;

    internal JobRun(Guid jobId, int attempt, long number, Func<int, string?, Task> report, Action<JobLogLevel, string> log, IJobSteps steps, CancellationToken cancellationToken)
    {
        (JobId, Attempt, Number, CancellationToken) = (jobId, attempt, number, cancellationToken);
        (_report, _log, _steps) = (report, log, steps);
    }

    /// <summary>The job's id.</summary>
    public Guid JobId { get; }

    /// <summary>1 for the first attempt. A run that was lost with its process, or handed back by one that stopped, does not count as one.</summary>
    public int Attempt { get; }

    /// <summary>Grows with every run of the job, whatever became of the one before: a fencing token for what is outside of the database.</summary>
    public long Number { get; }

    /// <summary>Whose job it is, as <see cref="EnqueueOptions.Tenant"/> has said; null when it is nobody's.</summary>
    public string? Tenant { get; internal init; }

    /// <summary>What it counts under for limits per key: what <see cref="EnqueueOptions.LimitKey"/> has said, or its tenant; null when it has neither.</summary>
    public string? LimitKey { get; internal init; }

    /// <summary>What its type's <see cref="JobTypeOptions.Resilience"/> is: what is called through it is retried, limited and broken off as that says.</summary>
    public ResiliencePipeline Resilience { get; internal init; } = ResiliencePipeline.Empty;

    /// <summary>What hears that the run goes on.</summary>
    internal Action Beat { get; init; } = () => { };

    /// <summary>Cancelled when the job is cancelled, takes too long, shows no life for too long, is taken to be lost, or the process stops.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Says how far it is. Written at once, outside of the handler's transaction, so that others see it; it costs a write. On SQLite it says nothing once the handler has saved something: there one writes at a time.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="note">What is being done; null to say nothing.</param>
    public Task ReportAsync(int percent, string? note = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        Beat();
        return _report(percent, note);
    }

    /// <summary>
    /// Logs a line that is kept with the job, whatever becomes of the run: see <see cref="IJobOperations.LogAsync"/>. It costs nothing here: lines are written once a second, and at the end of the run. Those of the
    /// last second are lost with a process that dies. After the end of the run it does nothing.
    /// </summary>
    /// <param name="text">Any text; what is over 4,000 characters is cut off. Of a run 1,000 lines are kept, and one more says that others were left out.</param>
    /// <param name="level">How grave it is.</param>
    public void Log(string text, JobLogLevel level = JobLogLevel.Information)
    {
        ArgumentNullException.ThrowIfNull(text);
        Beat();
        _log(level, text);
    }

    /// <summary>
    /// Shows that the handler has not come to a halt, where its type has <see cref="JobTypeOptions.StallAfter"/>; else it means nothing. Costs next to nothing: it is noted in memory. Progress, log lines, checkpoints and the
    /// beginning and end of a step show it, too.
    /// </summary>
    public void Heartbeat() => Beat();

    /// <summary>
    /// Keeps data from which a later run of the job goes on, in the place of what was kept before; <see cref="LoadCheckpointAsync"/> gives it back. Written at once, outside of the handler's transaction, for a write each: what the
    /// handler saves by the scope's database context commits later, so say of it only what may be done twice. It is kept through failures, crashes, hand-backs and <see cref="IJobOperations.RunAgainAsync"/> of what is dead or
    /// cancelled; a job that has succeeded begins without it when it is run again. One at a time; on SQLite, where one writes at a time, before the handler saves.
    /// </summary>
    /// <param name="data">Must be possible to write as JSON, of at most <see cref="JobsOptions.MaxPayload"/> bytes.</param>
    /// <exception cref="JobException">It is too long or cannot be written as JSON, or, on SQLite, the handler has saved something before.</exception>
    public async Task CheckpointAsync<T>(T data)
    {
        Beat();
        await _steps.SaveAsync(data);
        Beat();
    }

    /// <summary>What this run or an earlier one has kept last by <see cref="CheckpointAsync"/>; the default of the type, for instance null, when none has.</summary>
    /// <exception cref="JobException">It is something else.</exception>
    public Task<T?> LoadCheckpointAsync<T>()
    {
        Beat();
        return _steps.LoadAsync<T>();
    }

    /// <summary>
    /// Does a step whose effect is outside of the database, and notes that it is done, so that no later run of the job does it again: it gets what the step returned. A step saves
    /// nothing by the scope's database context; on SQLite, where one writes at a time, it comes before the handler saves. A process that dies between the step and its note does the step again: hand the other side <see cref="JobId"/> and the step's name as
    /// an idempotency key.
    /// </summary>
    /// <param name="name">Names the step within the job; 1 to 200 characters.</param>
    /// <param name="step">What is to be done; what it returns must be possible to write as JSON.</param>
    /// <exception cref="JobException">The handler has saved something before, on SQLite, or the name is wrong.</exception>
    public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return name is { Length: > 0 and <= 200 } ? RunStepAsync(name, step) : throw new JobException("The name of a step must have 1 to 200 characters.");
    }

    private async Task<T> RunStepAsync<T>(string name, Func<CancellationToken, Task<T>> step)
    {
        Beat();
        var result = await _steps.RunAsync(name, step, CancellationToken);
        Beat();
        return result;
    }

    /// <inheritdoc cref="StepAsync{T}"/>
    public Task StepAsync(string name, Func<CancellationToken, Task> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return StepAsync(name, async token =>
        {
            await step(token);
            return true;
        });
    }
}
