namespace Bus.Persistence.Outbox;

/// <summary>What becomes of a record that comes to its lane.</summary>
internal enum LaneEntry
{
    /// <summary>Others of its destination are first.</summary>
    Waits,

    /// <summary>It may be sent when there is a place in the relay's window.</summary>
    Sends,

    /// <summary>It may be sent at once: its destination has the window for itself, and leaves the places to those who come.</summary>
    SendsBeside,
}
