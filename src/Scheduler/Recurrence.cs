using System.Diagnostics.CodeAnalysis;
using Bus.Scheduler.Timing;

namespace Bus.Scheduler;

/// <summary>
/// How often something recurs: a cron expression (<see cref="Cron"/>) or an interval (<see cref="Every"/>). Immutable and thread-safe.
/// It is its text: <see cref="ToString"/> gives what <see cref="Parse"/> takes, and two of the same text are equal. A cron expression keeps the words
/// it was written in, so <c>@daily</c> and <c>0 0 * * *</c> fire together but are not equal; an interval has one text, so <c>every 5m</c> and
/// <c>every 300s</c> are equal.
/// <para>
/// Cron: five fields (minute, hour, day of month, month, day of week) or six with seconds first, or a macro: <c>@every_second</c>,
/// <c>@every_minute</c>, <c>@hourly</c>, <c>@daily</c>, <c>@midnight</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>, <c>@annually</c>. Fields
/// take <c>*</c>, <c>?</c>, lists, ranges, steps and names (<c>MON</c>, <c>JAN</c>); days also <c>L</c>, <c>L-3</c>, <c>15W</c>, <c>LW</c>,
/// <c>5L</c>, <c>MON#2</c>. If both day fields are set, both must match: <c>0 0 13 * FRI</c> is Friday the 13th.
/// </para>
/// <para>
/// When a zone puts its clocks forward, a time that is skipped fires once, at the first instant after the gap. When it puts them back, a time that
/// comes twice fires the first time only, unless the expression has <c>*</c>, <c>?</c>, a range or a step in its seconds, minutes or hours: then it
/// means a rhythm and fires both times.
/// </para>
/// <para>
/// Interval: <c>every 00:05:00</c> (days before a dot: <c>every 1.12:00:00</c>), or one number with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or
/// <c>d</c>: <c>every 90s</c>. At least 100 ms and whole milliseconds. Counted in elapsed time from the schedule's start, else from its creation;
/// it knows no zone, so <c>every 1d</c> moves by an hour on the wall clock when the clocks change.
/// </para>
/// </summary>
public abstract class Recurrence : IEquatable<Recurrence>
{
    private readonly string _text;

    private protected Recurrence(string text) => _text = text;

    /// <summary>The recurrence with this text.</summary>
    /// <exception cref="FormatException">The text is neither cron nor an interval; the message lists everything that is wrong.</exception>
    public static Recurrence Parse(string text)
    {
        var problems = new List<string>();
        return RecurrenceText.Read(text, problems) ?? throw new FormatException(string.Join(' ', problems));
    }

    /// <summary>The recurrence with this text; false if there is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Recurrence? recurrence) =>
        (recurrence = RecurrenceText.Read(text, [])) is not null;

    /// <summary>Again and again after <paramref name="interval"/>: at least 100 ms, whole milliseconds.</summary>
    public static Recurrence Every(TimeSpan interval)
    {
        var problem = IntervalRecurrence.ProblemOf(interval);
        return problem is null ? new IntervalRecurrence(interval) : throw new ArgumentOutOfRangeException(nameof(interval), interval, problem);
    }

    /// <summary>Whether both have the same text.</summary>
    public static bool operator ==(Recurrence? left, Recurrence? right) => Equals(left, right);

    /// <summary>Whether the texts differ.</summary>
    public static bool operator !=(Recurrence? left, Recurrence? right) => !Equals(left, right);

    /// <inheritdoc/>
    public bool Equals(Recurrence? other) => other is not null && other._text == _text;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Recurrence);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    /// <summary>The text that <see cref="Parse"/> takes.</summary>
    public sealed override string ToString() => _text;

    /// <summary>
    /// The first instant, in UTC, that lies strictly after <paramref name="after"/>; null if there is none before the end of time, which is
    /// <see cref="WallClock.Latest"/>.
    /// </summary>
    /// <param name="after">In UTC; any instant that the type can hold.</param>
    /// <param name="zone">Whose wall clock counts; an interval does not ask.</param>
    /// <param name="anchor">In UTC; an interval counts from here, and this is its first instant. Cron does not ask.</param>
    internal abstract DateTime? NextAfter(DateTime after, TimeZoneInfo zone, DateTime anchor);
}
