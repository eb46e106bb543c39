namespace Bus.Persistence.Jobs;

/// <summary>The states as they stand in the table. Statements and indexes spell some of them out.</summary>
internal static class JobStates
{
    public const int Scheduled = 0;
    public const int Queued = 1;
    public const int Running = 2;
    public const int Succeeded = 3;
    public const int Retrying = 4;
    public const int Dead = 5;
    public const int Cancelled = 6;
    public const int Held = 7;
}
