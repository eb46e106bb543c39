namespace Bus.Core.Recoverability;

/// <summary>How the waits between attempts grow.</summary>
public enum BackoffStrategy
{
    /// <summary>No wait at all.</summary>
    Immediate,

    /// <summary>The same wait every time.</summary>
    Fixed,

    /// <summary>One first delay more every time: d, 2d, 3d.</summary>
    Incremental,

    /// <summary>Twice as long every time: d, 2d, 4d.</summary>
    Exponential,
}
