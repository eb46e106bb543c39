using System.Text.Json;
using Bus.Jobs.Handling;

namespace Bus.Jobs;

/// <summary>One of the jobs that an <see cref="IJobBatchHandler{TArguments}"/> runs together. Several threads may work on several items, but not on one.</summary>
/// <typeparam name="TArguments">What a job is told.</typeparam>
public sealed class JobItem<TArguments>
    where TArguments : class
{
    private readonly GroupItem _item;

    internal JobItem(GroupItem item) => (_item, Arguments) = (item, (TArguments)item.Arguments);

    /// <summary>The job's id.</summary>
    public Guid JobId => _item.JobId;

    /// <summary>What it is told.</summary>
    public TArguments Arguments { get; }

    /// <summary>1 for the first attempt; see <see cref="JobRun.Attempt"/>.</summary>
    public int Attempt => _item.Attempt;

    /// <summary>Grows with every run of the job; see <see cref="JobRun.Number"/>.</summary>
    public long Number => _item.Number;

    /// <summary>Whose job it is; see <see cref="JobRun.Tenant"/>.</summary>
    public string? Tenant => _item.Tenant;

    /// <summary>Cancelled when this job is cancelled, or all are to stop. One that is done all the same has succeeded.</summary>
    public CancellationToken CancellationToken => _item.CancellationToken;

    /// <summary>Fails the attempt of this job alone. What was changed for it commits with the others' work: fail it before, or take the changes back.</summary>
    /// <param name="exception">Why; the policy of the type decides by it whether the job is tried again.</param>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _item.Failure = exception;
    }

    /// <summary>Gives the job a result, which is stored with it unless it fails.</summary>
    /// <exception cref="JobException">It cannot be written as JSON.</exception>
    public void Return<TResult>(TResult result)
        where TResult : notnull
    {
        try
        {
            _item.Result = JobJson.Write(result, typeof(TResult));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new JobException($"The result of job {JobId} cannot be written as JSON: {exception.Message}", exception);
        }
    }
}
