using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Bus.Scheduler.Timing;

/// <summary>
/// When a schedule fires: a pure function from an instant to the next one. Checked when made, immutable, thread-safe, and cheap to ask again and again.
/// All instants are in UTC and whole milliseconds, as the store keeps them; start, end and anchor are rounded down to that. Instants are planned, without
/// jitter: jitter moves when a planned instant fires, never which instants there are. How changes of the clocks count is said at
/// <see cref="Scheduler.Recurrence"/>.
/// </summary>
internal sealed record ScheduleTiming
{
    /// <summary>Excluded days are passed over for this long; an occurrence that would come later is not looked for.</summary>
    public const int MostYearsExcluded = 50;

    private ScheduleTiming(Recurrence recurrence, TimeZoneInfo zone, TimingText text, DateTimeOffset created)
    {
        Recurrence = recurrence;
        Zone = zone;
        Start = text.Start is { } start ? Milliseconds(start) : null;
        End = text.End is { } end ? Milliseconds(end) : null;
        Anchor = Start ?? Milliseconds(created);
        Calendar = text.Calendar;
        Jitter = text.Jitter;
    }

    /// <summary>How often.</summary>
    public Recurrence Recurrence { get; }

    /// <summary>Whose clocks and days count.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Nothing fires before it, something may fire at it.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>Nothing fires at it or later.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>What intervals count from: the start, else the creation.</summary>
    public DateTimeOffset Anchor { get; }

    /// <summary>Days left out.</summary>
    public ScheduleCalendar? Calendar { get; }

    /// <summary>What <see cref="JitterOf"/> stays below.</summary>
    public TimeSpan Jitter { get; }

    /// <summary>The timing of a text, or false and every problem added to <paramref name="problems"/>, each a sentence that says what to do.</summary>
    public static bool TryCreate(TimingText text, DateTimeOffset created, ICollection<string> problems, [NotNullWhen(true)] out ScheduleTiming? timing)
    {
        var before = problems.Count;
        var recurrence = RecurrenceText.Read(text.Recurrence, problems);
        var zone = TimeZones.Find(text.Zone, problems);
        TimingProblems.OfValues(text, problems);
        timing = null;
        if (recurrence is not null && zone is not null && problems.Count == before)
        {
            timing = new ScheduleTiming(recurrence, zone, text, created);
            TimingProblems.OfOccurrences(timing, created, problems);
        }

        timing = problems.Count == before ? timing : null;
        return timing is not null;
    }

    /// <summary>As <see cref="TryCreate"/>, but of what was checked when it was made: that no instant is left is no problem.</summary>
    public static bool TryRead(TimingText text, DateTimeOffset created, ICollection<string> problems, [NotNullWhen(true)] out ScheduleTiming? timing)
    {
        timing = null;
        if (RecurrenceText.Read(text.Recurrence, problems) is not { } recurrence || TimeZones.Find(text.Zone, problems) is not { } zone)
            return false;
        timing = new ScheduleTiming(recurrence, zone, text, created);
        return true;
    }

    /// <summary>The first instant strictly after <paramref name="instant"/>; null if there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset instant)
    {
        var after = instant.UtcDateTime;
        if (Start is { } start && after < start.UtcDateTime)
        {
            // The start itself may be an instant. The first tick of all has none before it, and is none.
            after = start.UtcDateTime.AddTicks(start.UtcTicks > 0 ? -1 : 0);
        }

        var next = Calendar is null ? Unfiltered(after) : NextAllowed(after, Calendar);
        return next is { } found && (End is null || found < End.Value.UtcDateTime) ? new DateTimeOffset(found, TimeSpan.Zero) : null;
    }

    /// <summary>All instants strictly after <paramref name="instant"/>, found as they are asked for: as a rule without end.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset instant)
    {
        for (var next = NextAfter(instant); next is not null; next = NextAfter(next.Value))
        {
            yield return next.Value;
        }
    }

    /// <summary>The first <paramref name="max"/> instants strictly after <paramref name="from"/>, up to and including <paramref name="to"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, int max) =>
        [.. After(from).TakeWhile(instant => instant <= to).Take(max)];

    /// <summary>
    /// How much later than planned the schedule of this id fires: at least zero, below <see cref="Jitter"/>, whole milliseconds; the same in every
    /// process and version, since a schedule that another node takes over must not fire at another time.
    /// </summary>
    public TimeSpan JitterOf(string scheduleId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(scheduleId));
        var share = Math.BigMul(BinaryPrimitives.ReadUInt64BigEndian(hash), (ulong)Jitter.TotalMilliseconds, out _);
        return TimeSpan.FromMilliseconds((long)share);
    }

    internal DateTime? Unfiltered(DateTime after) => Recurrence.NextAfter(after, Zone, Anchor.UtcDateTime);

    private DateTime? NextAllowed(DateTime after, ScheduleCalendar calendar)
    {
        var next = Unfiltered(after);
        if (next is null)
        {
            return null;
        }

        var limit = next > WallClock.Latest.AddYears(-MostYearsExcluded) ? WallClock.Latest : next.Value.AddYears(MostYearsExcluded);
        while (next <= limit)
        {
            var day = WallClock.DayOf(next.Value, Zone);
            if (!calendar.Excludes(day))
            {
                return next;
            }

            // On from the end of the excluded days, not through each of their seconds.
            next = AllowedDay(day, limit, calendar) is { } allowed ? Unfiltered(WallClock.First(allowed, Zone).AddTicks(-1)) : null;
        }

        return null;
    }

    private static DateTime? AllowedDay(DateOnly day, DateTime limit, ScheduleCalendar calendar)
    {
        var last = DateOnly.FromDateTime(limit);
        for (day = day.AddDays(1); day <= last; day = day.AddDays(1))
        {
            if (!calendar.Excludes(day))
            {
                return day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            }
        }

        return null;
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
