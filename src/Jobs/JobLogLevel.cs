namespace Bus.Jobs;

/// <summary>How grave a line is that a handler logs.</summary>
public enum JobLogLevel
{
    /// <summary>What happens.</summary>
    Information,

    /// <summary>Somebody may want to look at it.</summary>
    Warning,

    /// <summary>Something went wrong, whether or not the run fails of it.</summary>
    Error,
}
