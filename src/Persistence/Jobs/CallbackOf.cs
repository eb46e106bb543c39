namespace Bus.Persistence.Jobs;

/// <summary>The arguments of a job that tells somebody of the end of another.</summary>
/// <param name="Job">Of which.</param>
/// <param name="Run">In which run it came to it.</param>
internal sealed record CallbackOf(Guid Job, long Run);
