namespace Bus.Host.Demo;

/// <summary>What the demonstration wants to know of a job.</summary>
/// <param name="State">Where it is in its life.</param>
/// <param name="Attempts">How often its handler has failed.</param>
/// <param name="Error">Why its last run failed: the first line of it; null if none did.</param>
internal sealed record DemoJob(string State, int Attempts, string? Error)
{
    /// <summary>Whether it goes on by itself.</summary>
    public bool IsUnderWay => State is not ("Succeeded" or "Dead" or "Cancelled");
}
