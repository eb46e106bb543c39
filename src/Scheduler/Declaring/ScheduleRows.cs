using Bus.Persistence.Schedules;
using Bus.Scheduler.Firing;

namespace Bus.Scheduler.Declaring;

/// <summary>Makes and changes rows as a definition says.</summary>
internal static class ScheduleRows
{
    public static ScheduleRow Create(string name, ScheduleDefinition definition, Type type, object message, long now)
    {
        var row = new ScheduleRow { Name = name, Id = Guid.NewGuid(), AnchorAt = now, LastAt = now, Version = 1 };
        Write(row, definition, type, message);
        Plan(row);
        return row;
    }

    /// <summary>Its next instant is the first after now that the new definition has; what was due before, or waits for the end of a run, is left out.</summary>
    public static void Edit(ScheduleRow row, ScheduleDefinition definition, Type type, object message, long now)
    {
        Write(row, definition, type, message);
        row.LastAt = Math.Max(row.LastAt, now);
        if (row.State == (int)ScheduleState.Finished)
            row.State = (int)ScheduleState.Active;
        if (definition.Overlap == OverlapPolicy.Allow)
            (row.ActiveRun, row.ActiveSince) = (null, null);
        Plan(row);
    }

    /// <summary>Sets when it is due, from what was dealt with last.</summary>
    public static void Plan(ScheduleRow row)
    {
        var served = ServedSchedule.Of(row);
        row.Version++;
        (row.Error, row.WaitingAt) = (null, null);
        row.NextAt = row.Runs >= served.Definition.MaxRuns ? null : served.Timing.NextAfter(DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt))?.ToUnixTimeMilliseconds();
        if (row is { NextAt: null, State: (int)ScheduleState.Active })
            row.State = (int)ScheduleState.Finished;
        row.DueAt = row.State == (int)ScheduleState.Active ? row.NextAt + (long)served.Jitter.TotalMilliseconds : null;
    }

    private static void Write(ScheduleRow row, ScheduleDefinition definition, Type type, object message) =>
        (row.Definition, row.MessageType, row.Message) = (ScheduleJson.Write(definition), ScheduleTypes.NameOf(type), ScheduleJson.WriteMessage(message, type));
}
