using System.Collections.Concurrent;
using System.Text.Json;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Declaring;
using Bus.Scheduler.Timing;

namespace Bus.Scheduler.Firing;

/// <summary>What the texts of a schedule's row say.</summary>
internal sealed record ServedSchedule(ScheduleDefinition Definition, ScheduleTiming Timing, TimeSpan Jitter, FiringPlanner Planner)
{
    /// <exception cref="ScheduleException">The row says what cannot be served, for instance a zone that this machine does not know.</exception>
    public static ServedSchedule Of(ScheduleRow row)
    {
        try
        {
            var definition = ScheduleJson.Read(row.Definition);
            List<string> problems = [];
            if (!ScheduleTiming.TryRead(ScheduleCheck.TimingOf(definition), DateTimeOffset.FromUnixTimeMilliseconds(row.AnchorAt), problems, out var timing))
                throw new ScheduleException(string.Join(" ", problems));
            var jitter = timing.JitterOf(row.Name);
            return new ServedSchedule(definition, timing, jitter, new FiringPlanner(definition, timing, jitter));
        }
        catch (JsonException exception)
        {
            throw new ScheduleException($"The definition of schedule `{row.Name}` in the database cannot be read: {exception.Message}");
        }
    }
}

/// <summary>Keeps what was read for as long as the row says the same. Thread-safe.</summary>
internal sealed class ServedSchedules
{
    private readonly ConcurrentDictionary<string, (string Definition, long AnchorAt, ServedSchedule Served)> _known = new(StringComparer.Ordinal);

    /// <inheritdoc cref="ServedSchedule.Of"/>
    public ServedSchedule Of(ScheduleRow row)
    {
        if (_known.TryGetValue(row.Name, out var known) && known.AnchorAt == row.AnchorAt && known.Definition == row.Definition)
            return known.Served;
        var served = ServedSchedule.Of(row);
        _known[row.Name] = (row.Definition, row.AnchorAt, served);
        return served;
    }
}
