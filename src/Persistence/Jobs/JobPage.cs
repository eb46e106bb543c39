namespace Bus.Persistence.Jobs;

/// <summary>Which jobs a page shows; what is null does not matter.</summary>
/// <param name="State">Their state.</param>
/// <param name="Queue">Their queue.</param>
/// <param name="Type">Their type.</param>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Batch">Their batch.</param>
/// <param name="Message">The message that they are, where its consumers are tracked.</param>
/// <param name="Tag">What they are found by.</param>
/// <param name="Before">The last of the page before.</param>
/// <param name="Rank">Its rank, where that is what orders them.</param>
/// <param name="Take">How many at most.</param>
internal sealed record JobPage(int? State, string? Queue, string? Type, string? Tenant, Guid? Batch, Guid? Message, string? Tag, Guid? Before, long Rank, int Take)
{
    /// <summary>Whether they are shown in the order in which they are taken, the first first, and not the newest first.</summary>
    public bool IsQueued => State == JobStates.Queued && Batch is null && Tag is null;

    /// <summary>Their order, by the columns of a table.</summary>
    public string OrderOf(string table) => IsQueued ? $"{table}rank, {table}id" : $"{table}id DESC";
}
