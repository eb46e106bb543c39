namespace Bus.Jobs;

/// <summary>How this process runs jobs.</summary>
public sealed class JobsOptions
{
    /// <summary>How many run at once in this process; 0 runs none, so that it only enqueues. Default 16.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How long jobs that have succeeded or were cancelled are kept, with their results; zero or less for ever. Default 7 days. Dead ones are kept until somebody removes them.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Who may be told of the end of jobs, see <see cref="EnqueueOptions.Callback"/>; by default nobody.</summary>
    public WebhookOptions Webhooks { get; } = new();

    /// <summary>How long running jobs have when the process stops before they are handed back. Default 20 s.</summary>
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(20);
}
