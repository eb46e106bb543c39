using Bus.Persistence.Outbox;

namespace Bus.Persistence.Timers;

/// <summary>What a commit does to one timer: sets it, which replaces one of the same token, or takes it away.</summary>
/// <param name="Order">Whose, and when it is due.</param>
/// <param name="Record">The message that is to be sent then.</param>
internal readonly record struct TimerChange(TimerOrder Order, OutboxRecord Record)
{
    /// <summary>The changes that records make, one a token: of several of one commit the last holds.</summary>
    public static IReadOnlyList<TimerChange> Of(IReadOnlyList<OutboxRecord> records)
    {
        Dictionary<Guid, TimerChange>? changes = null;
        foreach (var record in records)
        {
            if (record.Timer is { } timer)
                (changes ??= [])[timer.Token] = new TimerChange(timer, record);
        }

        // In one order, so that two commits of the same tokens do not wait for each other in a circle.
        return changes is null ? [] : [.. changes.Values.OrderBy(change => change.Order.Token)];
    }
}
