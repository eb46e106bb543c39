namespace Bus.Jobs;

/// <summary>A line that the handler of a job has logged.</summary>
/// <param name="Position">Its place among all lines of the job: later lines have greater ones, and some are left out.</param>
/// <param name="Run">In which run; see <see cref="JobRun.Number"/>.</param>
/// <param name="At">When.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Text">What was logged.</param>
public sealed record JobLogLine(long Position, long Run, DateTimeOffset At, JobLogLevel Level, string Text);
