namespace Bus.UnitTests.Scheduler;

/// <summary>
/// A second reading of cron, slow and plain: walks through the minutes (with six fields: the seconds) of UTC, looks at what the zone's clocks show, and
/// matches the fields. A gap fires at its end if anything in it matches; what the clocks show a second time fires only for a rhythm.
/// </summary>
internal sealed class CronReference
{
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly TimeZoneInfo _zone;
    private readonly TimeSpan _step;
    private readonly bool _isRhythm;
    private readonly bool[] _seconds;
    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _months;
    private readonly string _dayOfMonth;
    private readonly string _dayOfWeek;

    public CronReference(string expression, TimeZoneInfo zone)
    {
        _zone = zone;
        var fields = expression.ToUpperInvariant().Replace('?', '*').Split(' ');
        _step = fields.Length == 6 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1);
        fields = fields.Length == 6 ? fields : ["0", .. fields];
        _isRhythm = fields[..3].Any(field => field.Contains('*') || field.Contains('-') || field.Contains('/'));
        _seconds = Set(fields[0], 0, 59, []);
        _minutes = Set(fields[1], 0, 59, []);
        _hours = Set(fields[2], 0, 23, []);
        _dayOfMonth = fields[3];
        _months = Set(fields[4], 1, 12, Months);
        _dayOfWeek = fields[5];
    }

    /// <summary>All instants after <paramref name="from"/> and before <paramref name="until"/>.</summary>
    public List<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset until)
    {
        var found = new List<DateTimeOffset>();
        // Begun two days early, so that what the clocks have shown before is known.
        var instant = new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero).AddDays(-2);
        var (before, latest) = (_zone.GetUtcOffset(instant), DateTime.MinValue);
        for (; instant < until; instant += _step)
        {
            var offset = _zone.GetUtcOffset(instant);
            var wall = instant.UtcDateTime + offset;
            var fires = Matches(wall) && (_isRhythm || wall > latest);
            for (var skipped = instant.UtcDateTime + before; skipped < wall && !fires; skipped += _step)
            {
                fires = Matches(skipped);
            }

            if (fires && instant > from)
            {
                found.Add(instant);
            }

            (before, latest) = (offset, wall > latest ? wall : latest);
        }

        return found;
    }

    private bool Matches(DateTime wall) =>
        _seconds[wall.Second] && _minutes[wall.Minute] && _hours[wall.Hour] && _months[wall.Month] && MatchesDayOfMonth(wall.Date) && MatchesDayOfWeek(wall.Date);

    private bool MatchesDayOfMonth(DateTime date)
    {
        if (!_dayOfMonth.Contains('L') && !_dayOfMonth.Contains('W'))
        {
            return Set(_dayOfMonth, 1, 31, [])[date.Day];
        }

        var last = DateTime.DaysInMonth(date.Year, date.Month);
        var named = _dayOfMonth.TrimEnd('W');
        var day = named == "L" ? last : named.StartsWith("L-", StringComparison.Ordinal) ? last - Int(named[2..]) : Int(named);
        return day >= 1 && day <= last && date.Day == (_dayOfMonth.EndsWith('W') ? NearestWeekday(date, day, last) : day);
    }

    private static int NearestWeekday(DateTime month, int day, int last) =>
        Enumerable.Range(1, last)
            .Where(d => new DateTime(month.Year, month.Month, d).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            .MinBy(d => Math.Abs(d - day));

    private bool MatchesDayOfWeek(DateTime date)
    {
        if (_dayOfWeek.Contains('#'))
        {
            var parts = _dayOfWeek.Split('#');
            return IsOn(parts[0], date) && ((date.Day - 1) / 7) + 1 == Int(parts[1]);
        }

        return _dayOfWeek.EndsWith('L') ? IsOn(_dayOfWeek[..^1], date) && date.AddDays(7).Month != date.Month : IsOn(_dayOfWeek, date);
    }

    private static bool IsOn(string days, DateTime date)
    {
        var set = Set(days, 0, 7, Days);
        return set[(int)date.DayOfWeek] || (date.DayOfWeek == DayOfWeek.Sunday && set[7]);
    }

    private static bool[] Set(string field, int first, int last, string[] names)
    {
        var set = new bool[last + 1];
        foreach (var item in field.Split(','))
        {
            var parts = item.Split('/');
            var ends = parts[0] == "*" ? [first, last] : parts[0].Split('-').Select(name => Number(name, first, names)).ToArray();
            var high = ends.Length == 2 ? ends[1] : parts.Length == 2 ? last : ends[0];
            for (var n = ends[0]; n <= high; n += parts.Length == 2 ? Int(parts[1]) : 1)
            {
                set[n] = true;
            }
        }

        return set;
    }

    private static int Number(string text, int first, string[] names) => Array.IndexOf(names, text) is >= 0 and var index ? index + first : Int(text);

    private static int Int(string text) => int.Parse(text);
}
