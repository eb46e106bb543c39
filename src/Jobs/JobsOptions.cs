namespace Bus.Jobs;

/// <summary>How this process runs jobs.</summary>
public sealed class JobsOptions
{
    /// <summary>How many run at once in this process; 0 runs none, so that it only enqueues. Default 16.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How long jobs that have succeeded or were cancelled are kept, with their results; zero or less for ever. Default 7 days. A type or a job may say otherwise: <see cref="JobTypeOptions.KeepFor"/>, <see cref="EnqueueOptions.KeepFor"/>. Dead ones are kept until somebody removes them.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How many bytes the arguments or the result of a job may have as JSON; zero or less for any number. Default 16 MiB. Longer arguments are refused, and a job that returns more is dead. What is longer than 64 KiB stays in
    /// the database until it is needed: claims and lists leave it out.
    /// </summary>
    public int MaxPayload { get; set; } = 16 * 1024 * 1024;

    /// <summary>Who may be told of the end of jobs, see <see cref="EnqueueOptions.Callback"/>; by default nobody.</summary>
    public WebhookOptions Webhooks { get; } = new();

    /// <summary>How long running jobs have when the process stops before they are handed back. Default 20 s.</summary>
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(20);

    /// <returns>How long, in milliseconds as the row has it: 0 for ever, null for nothing said.</returns>
    internal static long? Keep(TimeSpan? time) => time is { } given ? (given <= TimeSpan.Zero ? 0 : (long)Math.Ceiling(given.TotalMilliseconds)) : null;

    /// <returns>Why so many bytes are too many, as the end of a sentence; null when they are not.</returns>
    internal string? Refusal(int bytes) => MaxPayload > 0 && bytes > MaxPayload
        ? $"takes {bytes:N0} bytes as JSON, and `{nameof(JobsOptions)}.{nameof(MaxPayload)}` allows {MaxPayload:N0}: store the data where both sides reach them, and hand over where they are"
        : null;
}
