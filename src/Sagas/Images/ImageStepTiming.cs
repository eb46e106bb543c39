namespace Bus.Sagas.Images;

/// <summary>How one step of the pipeline went.</summary>
/// <param name="Step">Its name, one of <see cref="Bus.Contracts.Images.ImageSteps"/>.</param>
/// <param name="StartedAt">When the saga commanded it; waiting in the queue counts from here.</param>
/// <param name="EndedAt">When the saga heard of its end; null while it runs.</param>
/// <param name="DurationMs">Milliseconds that the step's handler worked, without waiting; 0 while it runs, or when it failed for an unknown reason.</param>
/// <param name="Attempts">The attempt that ended it, 1 being the first; 0 while it runs, or when the count is not known.</param>
public sealed record ImageStepTiming(string Step, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int DurationMs, int Attempts);
