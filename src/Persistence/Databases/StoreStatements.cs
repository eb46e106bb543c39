using Bus.Persistence.DeadLetters;

namespace Bus.Persistence.Databases;

/// <summary>One database's texts of the statements that read, lease and keep up. Parameters are <c>@p0</c>, <c>@p1</c>, … in the order given.</summary>
internal sealed record StoreStatements
{
    /// <summary>message id, consumer id → a row when the message was applied.</summary>
    public required string InboxContains { get; init; }

    /// <summary>age in ms, limit → deletes older inbox rows.</summary>
    public required string InboxPurge { get; init; }

    /// <summary>→ age in ms of the oldest inbox row, or null.</summary>
    public required string InboxOldestAge { get; init; }

    /// <summary>owner, after, limit, JSON array of destinations to leave out → sequence, message id, destination, metadata, body.</summary>
    public required string OutboxRead { get; init; }

    /// <summary>owner, sequence, error → parks a record.</summary>
    public required string OutboxPark { get; init; }

    /// <summary>→ number of records waiting, age in ms of the oldest, number parked, parked timers among them.</summary>
    public required string OutboxStatus { get; init; }

    /// <summary>→ lease names of owners that have records and no living lease, whether theirs has run out or is missing.</summary>
    public required string OutboxOrphans { get; init; }

    /// <summary>owner → the same, and the word `own` when that owner has records, `ordered` when there are ordered ones; none that is parked counts.</summary>
    public required string OutboxLook { get; init; }

    /// <summary>→ puts all parked records and timers back in line.</summary>
    public required string OutboxUnpark { get; init; }

    /// <summary>after, limit → position, order key, message id, destination, metadata, body; of keys that no parked record has stopped, in one snapshot.</summary>
    public required string OrderedRead { get; init; }

    /// <summary>position → deletes a confirmed ordered record.</summary>
    public required string OrderedDelete { get; init; }

    /// <summary>position, error → parks an ordered record.</summary>
    public required string OrderedPark { get; init; }

    /// <summary>→ when the next timer is due, null when there is none, and the database's time, both in Unix milliseconds.</summary>
    public required string TimerNext { get; init; }

    /// <summary>time in Unix ms, limit → takes timers that are due by then, the oldest first, but not those that others have locked: due, message id, destination, metadata, body, order key, token; in no order.</summary>
    public required string TimerTake { get; init; }

    /// <summary>time in Unix ms, limit, time in Unix ms → the same of those that became due after the second, and have no order to keep.</summary>
    public required string TimerTakeRecent { get; init; }

    /// <summary>token, due in Unix ms, error → parks the timer if it is still due then.</summary>
    public required string TimerPark { get; init; }

    /// <summary>JSON array of names to leave out → when the next schedule is to be looked at, null when none is, and the database's time, both in Unix milliseconds.</summary>
    public required string ScheduleNext { get; init; }

    /// <summary>time in Unix ms, limit, JSON array of names to leave out → the schedules that are due by then, the oldest first, locked, but not those that others have locked: all columns.</summary>
    public required string ScheduleTake { get; init; }

    /// <summary>the values of <see cref="LetterTexts.Columns"/> → adds a dead letter, unless its source key is there.</summary>
    public required string DeadLetterAdd { get; init; }

    /// <summary>source key, another one, id → gives a letter that is closed, and is not of that id, the other key.</summary>
    public required string DeadLetterRelease { get; init; }

    /// <summary>JSON array of objects with name <c>n</c>, value <c>v</c> and letter <c>l</c> → adds the fields of dead letters.</summary>
    public required string DeadLetterFieldAdd { get; init; }

    /// <summary>id, title, frames → adds a group of dead letters, or notes that it was seen again; one that was resolved is open again.</summary>
    public required string DeadLetterGroupSee { get; init; }

    /// <summary>time in Unix ms → `running` when many letters are to be dealt with, `old` when some were closed before that time.</summary>
    public required string DeadLetterLook { get; init; }

    /// <summary>name, holder, duration in ms, holder's name → the new term, or no row when another holds it.</summary>
    public required string LeaseAcquire { get; init; }

    /// <summary>name, holder, term, duration in ms → one row changed while it is still held.</summary>
    public required string LeaseRenew { get; init; }

    /// <summary>The same → a row while it is still held.</summary>
    public required string LeaseBeat { get; init; }

    /// <summary>name → a row while somebody holds it.</summary>
    public required string LeaseAlive { get; init; }

    /// <summary>name, holder, term → gives it up; a renewal that comes later changes nothing.</summary>
    public required string LeaseRelease { get; init; }

    /// <summary>age in ms → removes leases of relays that ended long ago and left nothing.</summary>
    public required string LeasePurge { get; init; }
}
