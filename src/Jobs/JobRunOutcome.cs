namespace Bus.Jobs;

/// <summary>How a run ended that did not end its job well.</summary>
public enum JobRunOutcome
{
    /// <summary>The handler has thrown, or took too long.</summary>
    Failed,

    /// <summary>Its process died, or was silent for longer than its lease.</summary>
    Lost,
}
