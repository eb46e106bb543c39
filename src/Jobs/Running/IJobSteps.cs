namespace Bus.Jobs.Running;

/// <summary>What of a job is kept for its later runs: steps that are done, and a checkpoint.</summary>
internal interface IJobSteps
{
    Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken);

    Task SaveAsync<T>(T checkpoint);

    Task<T?> LoadAsync<T>();
}
