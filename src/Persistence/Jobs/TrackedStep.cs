namespace Bus.Persistence.Jobs;

/// <summary>What becomes of a message that a plain consumer handles.</summary>
internal enum TrackedStep
{
    /// <summary>The consumer begins with a message that nobody has seen.</summary>
    Begun,

    /// <summary>The consumer has returned.</summary>
    Ended,

    /// <summary>The consumer, or the commit of its work, has failed.</summary>
    Failed,

    /// <summary>After it has failed: it does not come again.</summary>
    GivenUp,

    /// <summary>It comes again without having failed.</summary>
    HandedBack,

    /// <summary>It was handled before anybody tracked it: there is nothing to show.</summary>
    Withdrawn,
}
