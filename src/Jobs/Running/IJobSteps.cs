namespace Bus.Jobs.Running;

/// <summary>Does each step of a job once.</summary>
internal interface IJobSteps
{
    Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken);
}
