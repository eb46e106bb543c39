using System.Globalization;
using System.Text.Json.Serialization;
using Bus.Scheduler.Timing;

namespace Bus.Scheduler;

/// <summary>A day of every year, such as 25 December. 29 February is allowed, and comes in leap years. In JSON: <c>"12-25"</c>.</summary>
[JsonConverter(typeof(MonthDayJson))]
public readonly record struct MonthDay
{
    // A leap year.
    private const int AnyLeapYear = 2000;

    /// <summary>The day <paramref name="day"/> of the month <paramref name="month"/>, both counted from 1.</summary>
    public MonthDay(int month, int day)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(month, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(month, 12);
        ArgumentOutOfRangeException.ThrowIfLessThan(day, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(day, LastDay(month));
        (Month, Day) = (month, day);
    }

    /// <summary>1 is January.</summary>
    public int Month { get; }

    /// <summary>From 1.</summary>
    public int Day { get; }

    /// <summary>Month and day with two digits each: <c>12-25</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Month:00}-{Day:00}");

    internal static int LastDay(int month) => DateTime.DaysInMonth(AnyLeapYear, month);

    internal bool Is(DateOnly date) => date.Month == Month && date.Day == Day;
}
