namespace Bus.Persistence;

/// <summary>How far the replay, or the discarding, of many letters is.</summary>
public enum DeadLetterOperationState
{
    /// <summary>One process carries it out; if that dies, another.</summary>
    Running,

    /// <summary>The first few are done; somebody says that the rest may follow.</summary>
    Paused,

    /// <summary>Somebody has stopped it. Final.</summary>
    Stopped,

    /// <summary>All letters were looked at. Final.</summary>
    Done,
}
