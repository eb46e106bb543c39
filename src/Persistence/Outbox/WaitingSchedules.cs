namespace Bus.Persistence.Outbox;

/// <summary>
/// Says who has to wait for whom: a cancel for what was scheduled before it, and what is scheduled for the cancels before it. Never for what came later, or two would wait for each other.
/// Immutable.
/// </summary>
internal sealed class WaitingSchedules(IEnumerable<WaitingSchedule> rows)
{
    private readonly ILookup<string, WaitingSchedule> _byToken = rows.ToLookup(row => row.Token, StringComparer.Ordinal);

    /// <summary>Whether the record has to wait. One that is in no table yet comes after all that are.</summary>
    public bool HoldUp(OutboxRecord record)
    {
        if (record.Metadata.ScheduleToken is not { } token)
            return false;
        var (owner, place) = record.OrderKey is null ? (record.Owner, record.Sequence) : ((Guid?)null, record.Position);
        var isCancel = record.Metadata.IsCancel;
        var own = _byToken[token].FirstOrDefault(row => row.Owner == owner && row.Place == place);
        return _byToken[token].Any(row => row.IsCancel != isCancel && (row.Owner == owner ? row.Place < place : own is null || Time(row).CompareTo(Time(own)) < 0));
    }

    // Of one commit the unordered are written first, perhaps within the same millisecond.
    private static (long EnqueuedAt, bool IsOrdered) Time(WaitingSchedule row) => (row.EnqueuedAt, row.Owner is null);
}
