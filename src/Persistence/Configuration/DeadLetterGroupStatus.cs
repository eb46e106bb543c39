namespace Bus.Persistence;

/// <summary>How far somebody is with the cause of dead letters.</summary>
public enum DeadLetterGroupStatus
{
    /// <summary>Nobody has looked yet.</summary>
    Open,

    /// <summary>Somebody sees to it.</summary>
    Acknowledged,

    /// <summary>It is mended. Another letter of this cause opens it again.</summary>
    Resolved,
}
