namespace Bus.Persistence.Jobs;

/// <summary>What a commit writes down about a message that is tracked.</summary>
/// <param name="Step">What has become of it.</param>
/// <param name="Job">The id of its row.</param>
/// <param name="Claim">Which run of its consumer it is.</param>
/// <param name="Type">The name of its consumer.</param>
/// <param name="Queue">Where it came from.</param>
internal sealed record TrackedChange(TrackedStep Step, Guid Job, long Claim, string Type, string Queue)
{
    /// <summary>Where it begins: the message, and who knows it.</summary>
    public (Guid Message, Guid Consumer) Of { get; init; }

    /// <summary>Where it begins: what is kept of it, as JSON; empty for nothing.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Where it begins: the process.</summary>
    public string Node { get; init; } = "";

    /// <summary>Where it has ended or failed: the state that it is in.</summary>
    public int State { get; init; }

    /// <summary>The error where it has failed, else a note; null for none.</summary>
    public string? Text { get; init; }

    /// <summary>What is added to the counters of queue and type; null for nothing.</summary>
    public JobCount? Count { get; init; }

    /// <summary>Whose counters these are: two that write at one time have not the same, or one waits for the other. Those of the group's commits unless somebody writes it alone.</summary>
    public required string Counters { get; set; }
}
