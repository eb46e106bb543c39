using System.Buffers;
using Cronos;

namespace Bus.Scheduler.Timing;

/// <summary>
/// A cron expression on the wall clock of a zone. Cronos finds the next wall time; which instant that is, <see cref="WallClock"/> decides: Cronos's own
/// reading of zones returns instants that do not lie after the one it was asked about where .NET sees a change of the base offset (Europe/Dublin,
/// Africa/Casablanca), and a schedule would fire for ever.
/// </summary>
internal sealed class CronRecurrence(string text, CronExpression expression) : Recurrence(text)
{
    private static readonly SearchValues<char> SignsOfRhythm = SearchValues.Create("*?-/");

    private readonly bool _isRhythm = IsRhythm(text.StartsWith('@') ? expression.ToString() : text);

    internal override DateTime? NextAfter(DateTime after, TimeZoneInfo zone, DateTime anchor)
    {
        if (after >= WallClock.Latest)
        {
            return null;
        }

        // Whole seconds, rounded down: what comes strictly after 12:00:00.4 is what comes strictly after 12:00:00.
        var from = after < WallClock.Earliest ? WallClock.Earliest : after.AddTicks(-(after.Ticks % TimeSpan.TicksPerSecond));
        var next = ReferenceEquals(zone, TimeZoneInfo.Utc) ? Wall(from) : InZone(from, zone);
        return next <= WallClock.Latest ? next : null;
    }

    private DateTime? InZone(DateTime from, TimeZoneInfo zone)
    {
        var change = OffsetChange.Near(from, zone);
        var wall = from + change.OffsetAt(from);
        return change.IsBack ? NearRepeatedTimes(from, wall, change, zone) : First(Wall(wall), zone, change);
    }

    // Within a day of the end of daylight saving: a wall time in [RepeatedFrom, RepeatedUntil) comes twice.
    private DateTime? NearRepeatedTimes(DateTime from, DateTime wall, OffsetChange change, TimeZoneInfo zone)
    {
        var inSecondPass = from >= change.At;
        if (!_isRhythm)
        {
            return First(inSecondPass && wall < change.RepeatedUntil ? Wall(change.RepeatedUntil, inclusive: true) : Wall(wall), zone, change);
        }

        var next = Wall(wall);
        if (inSecondPass)
        {
            return next < change.RepeatedUntil ? next - change.After : First(next, zone, change);
        }

        if (next < change.RepeatedUntil)
        {
            return next - change.Before;
        }

        next = Wall(change.RepeatedFrom, inclusive: true);
        return next < change.RepeatedUntil ? next - change.After : First(next, zone, change);
    }

    private static DateTime? First(DateTime? wall, TimeZoneInfo zone, OffsetChange near) => wall switch
    {
        null => null,
        { } time when near.Covers(time) => near.First(time),
        { } time when time > WallClock.Latest => null,
        { } time => WallClock.First(time, zone),
    };

    private DateTime? Wall(DateTime wall, bool inclusive = false) => expression.GetNextOccurrence(wall, inclusive);

    // A rhythm goes on while the clocks are put back; a fixed time has been there already.
    private static bool IsRhythm(string fields)
    {
        var words = fields.Split(' ');
        return words.Take(words.Length - 3).Any(word => word.AsSpan().ContainsAny(SignsOfRhythm));
    }
}
