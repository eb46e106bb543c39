namespace Bus.Persistence;

/// <summary>What has become of a dead letter.</summary>
public enum DeadLetterState
{
    /// <summary>Somebody has to decide.</summary>
    Open,

    /// <summary>It was sent again, or its job runs again. If that fails, there is a new letter.</summary>
    Replayed,

    /// <summary>Somebody has decided that it is not needed.</summary>
    Discarded,
}
