namespace Bus.Jobs;

/// <summary>Runs jobs that return nothing. Made in a scope of its own for each run; what it changes by the scope's database context, what it publishes and what it enqueues commit together with the end of the job.</summary>
/// <typeparam name="TArguments">What a job is told: a record that can be written as JSON.</typeparam>
public interface IJobHandler<in TArguments>
    where TArguments : class
{
    /// <summary>Does the work. To throw is to fail the attempt.</summary>
    Task RunAsync(TArguments arguments, JobRun run);
}

/// <summary>Runs jobs that return something, which is stored with the job. See <see cref="IJobHandler{TArguments}"/>.</summary>
/// <typeparam name="TArguments">What a job is told: a record that can be written as JSON.</typeparam>
/// <typeparam name="TResult">What it returns: it must be possible to write it as JSON.</typeparam>
public interface IJobHandler<in TArguments, TResult>
    where TArguments : class
{
    /// <summary>Does the work. To throw is to fail the attempt.</summary>
    Task<TResult> RunAsync(TArguments arguments, JobRun run);
}
