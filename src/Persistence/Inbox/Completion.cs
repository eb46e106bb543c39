using Bus.Persistence.Outbox;

namespace Bus.Persistence.Inbox;

/// <summary>What one handler, or one caller without data of its own, wants committed: its inbox key, if any, and its messages.</summary>
internal sealed class Completion(InboxKey? key, IReadOnlyList<OutboxRecord> records)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public InboxKey? Key => key;

    public IReadOnlyList<OutboxRecord> Records => records;
}
