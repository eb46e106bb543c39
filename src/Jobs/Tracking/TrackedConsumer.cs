namespace Bus.Jobs.Tracking;

/// <summary>A consumer of one message type on one endpoint, whose messages are shown as jobs.</summary>
/// <param name="Type">What stands in the rows.</param>
/// <param name="Queue">The endpoint.</param>
/// <param name="KeepsBody">Whether messages are kept.</param>
internal sealed record TrackedConsumer(string Type, string Queue, bool KeepsBody);
