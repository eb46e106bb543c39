namespace Bus.Scheduler;

/// <summary>A schedule cannot be declared, made or changed as asked for; the text says why and what to do.</summary>
public sealed class ScheduleException(string message) : Exception(message);
