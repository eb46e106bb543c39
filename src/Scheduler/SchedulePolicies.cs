namespace Bus.Scheduler;

/// <summary>What becomes of instants that nobody was there to fire: the processes were down, or the schedule could not be served.</summary>
public enum MisfirePolicy
{
    /// <summary>The last of them is fired, once; the others are noted as missed. The default.</summary>
    FireOnce,

    /// <summary>All are noted as missed; the next instant fires.</summary>
    Skip,

    /// <summary>Each is fired, the oldest first, at most <see cref="ScheduleDefinition.CatchUpLimit"/>; older ones are noted as missed.</summary>
    CatchUp,
}

/// <summary>What happens when an instant comes and the run before it has not ended.</summary>
public enum OverlapPolicy
{
    /// <summary>It is fired all the same. The default; for events the only one, since nobody knows when the last of their handlers has ended.</summary>
    Allow,

    /// <summary>It is noted as skipped.</summary>
    Skip,

    /// <summary>It is fired as soon as the run before it ends. One waits; further ones are noted as skipped.</summary>
    QueueOne,

    /// <summary>It is fired, and the handler of the run before it is asked to stop by its cancellation token, within a second or two.</summary>
    CancelPrevious,
}

/// <summary>Whether a schedule fires.</summary>
public enum ScheduleState
{
    /// <summary>It fires.</summary>
    Active,

    /// <summary>It does not fire until it is resumed; the instants in between are left out.</summary>
    Paused,

    /// <summary>No instant is left: its end has come, or it has run as often as it may.</summary>
    Finished,

    /// <summary>The code that declared it does so no more.</summary>
    Retired,
}

/// <summary>Why a run is there.</summary>
public enum RunKind
{
    /// <summary>By its plan, also later: after an outage, or as a backfill.</summary>
    Planned,

    /// <summary>Somebody asked for it.</summary>
    Requested,
}

/// <summary>What became of an instant.</summary>
public enum RunOutcome
{
    /// <summary>The message is sent, and no handler has ended yet.</summary>
    Fired,

    /// <summary>A handler has succeeded.</summary>
    Succeeded,

    /// <summary>A handler has given up; the message is in an error queue.</summary>
    Failed,

    /// <summary>Nothing was sent, because the run before it had not ended.</summary>
    Skipped,

    /// <summary>Nothing was sent, because it was too late.</summary>
    Missed,

    /// <summary>Its handler was asked to stop, for the run after it.</summary>
    Cancelled,

    /// <summary>No handler has ended within <see cref="ScheduleDefinition.RunTimeout"/>.</summary>
    Lost,
}
