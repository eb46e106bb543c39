using Bus.Core.Recoverability;
using Polly;

namespace Bus.Jobs;

/// <summary>What is said about all jobs of one type.</summary>
public sealed class JobTypeOptions
{
    /// <summary>What stands in the rows; the full name of the arguments' type unless it is set. Rows outlive names of classes: set it before you rename one.</summary>
    public string? Name { get; set; }

    /// <summary>Where its jobs wait unless their enqueuer says otherwise. Default <c>default</c>.</summary>
    public string Queue { get; set; } = "default";

    /// <summary>How often and in what rhythm a job is tried: by default 10 times, from 1 s to 1 h apart, doubled each time and spread by chance.</summary>
    public RetrySchedule Retry { get; set; } = new() { MaxAttempts = 10, FirstDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromHours(1) };

    /// <summary>Which errors are tried again at all.</summary>
    public ErrorClassifier Errors { get; set; } = ErrorClassifier.Default;

    /// <summary>How long a run may take; over it the attempt has failed, and its token is cancelled. Null, the default, for as long as it likes.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// For how long a run may show no sign of life, which are <see cref="JobRun.Heartbeat"/>, progress, log lines, checkpoints, and beginnings and ends of steps: over it the attempt has failed, and its token is cancelled. A handler
    /// that does not heed its token within 5 s more is given up: nothing of that run is kept, the job is tried again by its policy, and the place of the run in <see cref="JobsOptions.Concurrency"/> is free when the handler
    /// returns; until then it may work beside the next run. Null, the default, for no such limit. Not for an <see cref="IJobBatchHandler{TArguments}"/>.
    /// </summary>
    public TimeSpan? StallAfter { get; set; }

    /// <summary>
    /// How long its jobs are kept with their results after they have succeeded or were cancelled, unless their enqueuer says otherwise (<see cref="EnqueueOptions.KeepFor"/>); zero or less for ever. Null, the default, for
    /// <see cref="JobsOptions.KeepEnded"/>, which is also for those that were cancelled before they ran. It is written with the end of a run: that of the process that runs it counts.
    /// </summary>
    public TimeSpan? KeepFor { get; set; }

    /// <summary>How many of its jobs may run at once in all processes together; null, the default, for any number. Give such a type a queue of its own: those of others would wait behind its backlog.</summary>
    public int? Concurrency { get; set; }

    /// <summary>How many of its jobs may begin in a time in all processes together; null, the default, for any number. Give such a type a queue of its own.</summary>
    public JobRate? Rate { get; set; }

    /// <summary>
    /// How many of its jobs of one <see cref="EnqueueOptions.LimitKey"/> may run at once in all processes together, at least 1; null, the default, for any number. It holds beside <see cref="Concurrency"/>. One whose key has as many
    /// waits, and keeps those of other keys from nothing.
    /// </summary>
    public int? ConcurrencyPerKey { get; set; }

    /// <summary>How many of its jobs of one <see cref="EnqueueOptions.LimitKey"/> may begin in a time in all processes together; null, the default, for any number. It holds beside <see cref="Rate"/>.</summary>
    public JobRate? RatePerKey { get; set; }

    /// <summary>
    /// What the handler calls others through, as <see cref="JobRun.Resilience"/>; nothing, the default. One for all runs of the type in a process. When a circuit breaker in it is open, the job that meets it comes again when the
    /// circuit may close, without spending an attempt, and no process begins another of the type until then: the others hear of it within a second, and hand back what they have taken and not begun. Then one job in all processes
    /// is tried. When it succeeds all go on; when it meets the open circuit all rest again; when it fails otherwise, or its process has been silent for 30 s, another is tried.
    /// </summary>
    public ResiliencePipeline Resilience { get; set; } = ResiliencePipeline.Empty;

    /// <summary>How many jobs an <see cref="IJobBatchHandler{TArguments}"/> gets at most in one call, 1 to 1,000; default 100. They count as one for <see cref="JobsOptions.Concurrency"/>. Other handlers get one.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>How long the first job waits for others to be run together with it, at most a minute; zero for not at all, so that those go together that were taken together. Default 100 ms.</summary>
    public TimeSpan BatchWait { get; set; } = TimeSpan.FromMilliseconds(100);
}
