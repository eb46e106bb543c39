using System.Globalization;
using Bus.Scheduler.Timing;

namespace Bus.Scheduler;

/// <summary>Recurrences by the wall clock of the schedule's zone. What happens when clocks change is said at <see cref="Recurrence"/>.</summary>
public static class Cron
{
    /// <summary>The recurrence of a cron expression or macro, such as <c>*/15 8-17 * * MON-FRI</c>.</summary>
    /// <exception cref="FormatException">The text is no cron expression; the message lists everything that is wrong.</exception>
    public static Recurrence Parse(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var problems = new List<string>();
        return CronText.Read(expression, problems) ?? throw new FormatException(string.Join(' ', problems));
    }

    /// <summary>Every second.</summary>
    public static Recurrence EverySecond() => Parse("* * * * * *");

    /// <summary>Every minute, at second 0.</summary>
    public static Recurrence EveryMinute() => Parse("* * * * *");

    /// <summary>Every hour, at this minute.</summary>
    public static Recurrence Hourly(int minute = 0) => Fields(minute, "*", "*", "*", "*");

    /// <summary>Every day at this time.</summary>
    public static Recurrence Daily(int hour, int minute = 0) => Fields(minute, Hour(hour), "*", "*", "*");

    /// <summary>Every week on this day, at this time.</summary>
    public static Recurrence Weekly(DayOfWeek day, int hour, int minute = 0) => Fields(minute, Hour(hour), "*", "*", Checked((int)day, 0, 6, nameof(day)));

    /// <summary>Every month on this day, at this time; a month without the day is left out: for the last day of every month, see <see cref="MonthlyOnLastDay"/>.</summary>
    public static Recurrence Monthly(int day, int hour, int minute = 0) => Fields(minute, Hour(hour), Checked(day, 1, 31, nameof(day)), "*", "*");

    /// <summary>On the last day of every month, at this time.</summary>
    public static Recurrence MonthlyOnLastDay(int hour, int minute = 0) => Fields(minute, Hour(hour), "L", "*", "*");

    /// <summary>Every year on this day, at this time; 29 February only in leap years.</summary>
    public static Recurrence Yearly(int month, int day, int hour, int minute = 0)
    {
        var monthText = Checked(month, 1, 12, nameof(month));
        return Fields(minute, Hour(hour), Checked(day, 1, MonthDay.LastDay(month), nameof(day)), monthText, "*");
    }

    private static Recurrence Fields(int minute, string hour, string dayOfMonth, string month, string dayOfWeek) =>
        Parse($"{Checked(minute, 0, 59, nameof(minute))} {hour} {dayOfMonth} {month} {dayOfWeek}");

    private static string Hour(int hour) => Checked(hour, 0, 23, nameof(hour));

    private static string Checked(int value, int first, int last, string name) => value >= first && value <= last
        ? value.ToString(CultureInfo.InvariantCulture)
        : throw new ArgumentOutOfRangeException(name, value, $"`{name}` must be between {first} and {last}, but was {value}.");
}
