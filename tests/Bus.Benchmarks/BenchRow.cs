namespace Bus.Benchmarks;

/// <summary>One row of the service's own.</summary>
public sealed class BenchRow
{
    /// <summary>Made by the handler, so that a job that runs twice makes two rows.</summary>
    public required Guid Id { get; init; }

    /// <summary>The job it was saved for.</summary>
    public required int JobId { get; init; }
}
