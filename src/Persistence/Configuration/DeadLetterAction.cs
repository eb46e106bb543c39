namespace Bus.Persistence;

/// <summary>What is done with many letters.</summary>
public enum DeadLetterAction
{
    /// <summary>They are sent again; jobs run again.</summary>
    Replay,

    /// <summary>They are closed with a reason.</summary>
    Discard,

    /// <summary>Their bodies are searched anew for the fields that are declared.</summary>
    Index,
}
