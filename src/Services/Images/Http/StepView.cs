namespace Bus.Services.Images.Http;

/// <summary>A step as the API shows it.</summary>
/// <param name="Name">upload, resize, compress, watermark, store or notify.</param>
/// <param name="Status">waiting, running, done or failed.</param>
/// <param name="Attempts">The attempt that ended it, 1 being the first; 0 before the end, or when the count is not known.</param>
/// <param name="DurationMs">Milliseconds that the step's handler worked, without waiting in the queue; 0 before the end.</param>
public sealed record StepView(string Name, string Status, int Attempts, int DurationMs);
