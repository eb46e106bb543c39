namespace Bus.Scheduler;

/// <summary>A schedule cannot be declared, made or changed as asked for; the text says why and what to do.</summary>
public sealed class ScheduleException(string message) : Exception(message)
{
    /// <summary>Whether that is because there is none of the name.</summary>
    public bool IsNotFound { get; private init; }

    internal static ScheduleException NotFound(string name) => new($"There is no schedule `{name}`. Names are compared letter by letter.") { IsNotFound = true };
}
