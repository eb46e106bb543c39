using System.Text.Json.Serialization;
using Bus.Scheduler.Timing;

namespace Bus.Scheduler;

/// <summary>
/// Days on which nothing fires, by the clocks of the schedule's zone. An occurrence on such a day is left out, not moved to another day. Equal by what
/// is listed, in its order.
/// </summary>
public sealed record ScheduleCalendar
{
    /// <summary>Nothing on Saturdays and Sundays.</summary>
    public static ScheduleCalendar WithoutWeekends { get; } = new() { ExcludedWeekdays = [DayOfWeek.Saturday, DayOfWeek.Sunday] };

    /// <summary>Days of every week. Default none. In JSON their English names.</summary>
    [JsonConverter(typeof(WeekdaysJson))]
    public IReadOnlyList<DayOfWeek> ExcludedWeekdays { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Single days. Default none.</summary>
    public IReadOnlyList<DateOnly> ExcludedDates { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Days of every year. Default none.</summary>
    public IReadOnlyList<MonthDay> ExcludedYearly { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Runs of days, such as company holidays. Default none.</summary>
    public IReadOnlyList<DateSpan> ExcludedSpans { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Whether nothing fires on <paramref name="date"/>.</summary>
    public bool Excludes(DateOnly date) =>
        ExcludedWeekdays.Contains(date.DayOfWeek) || ExcludedDates.Contains(date) || AnyYearly(date) || AnySpan(date);

    /// <inheritdoc/>
    public bool Equals(ScheduleCalendar? other) =>
        other is not null
        && ExcludedWeekdays.SequenceEqual(other.ExcludedWeekdays)
        && ExcludedDates.SequenceEqual(other.ExcludedDates)
        && ExcludedYearly.SequenceEqual(other.ExcludedYearly)
        && ExcludedSpans.SequenceEqual(other.ExcludedSpans);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(
        ExcludedWeekdays.Sum(d => (int)d + 1), ExcludedDates.Aggregate(0, HashCode.Combine), ExcludedYearly.Aggregate(0, HashCode.Combine), ExcludedSpans.Aggregate(0, HashCode.Combine));

    // Loops, not LINQ: asked for every occurrence.
    private bool AnyYearly(DateOnly date)
    {
        for (var i = 0; i < ExcludedYearly.Count; i++)
        {
            if (ExcludedYearly[i].Is(date))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnySpan(DateOnly date)
    {
        for (var i = 0; i < ExcludedSpans.Count; i++)
        {
            if (ExcludedSpans[i].Contains(date))
            {
                return true;
            }
        }

        return false;
    }
}
