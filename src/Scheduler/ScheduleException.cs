namespace Bus.Scheduler;

/// <summary>A schedule cannot be declared, made or changed as asked for; the text says why and what to do.</summary>
public class ScheduleException(string message) : Exception(message);

/// <summary>There is no schedule of this name.</summary>
public sealed class ScheduleNotFoundException(string name) : ScheduleException($"There is no schedule `{name}`. Names are compared letter by letter.");
