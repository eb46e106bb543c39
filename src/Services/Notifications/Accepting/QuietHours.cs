namespace Bus.Services.Notifications.Accepting;

/// <summary>When people want to be left alone, by their own clocks. Pure.</summary>
internal static class QuietHours
{
    /// <summary>When the quiet hours end that <paramref name="now"/> is in; null when it is in none.</summary>
    /// <param name="channel">From when to when; both equal for never.</param>
    /// <param name="timeZone">IANA name of the recipient's zone; null, or one that this machine does not know, for UTC.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? EndOf(ChannelOptions channel, string? timeZone, DateTimeOffset now)
    {
        if (channel is not { QuietFrom: { } from, QuietTo: { } to } || from == to)
            return null;
        var zone = timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var found) ? found : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(now, zone);
        if (!TimeOnly.FromDateTime(local.DateTime).IsBetween(from, to))
            return null;
        var end = local.Date + to.ToTimeSpan();
        if (end <= local.DateTime)
            end = end.AddDays(1);
        // In the hour that is left out in spring there is no such time: then when the clocks have gone on.
        while (zone.IsInvalidTime(end))
            end = end.AddMinutes(1);
        var instant = new DateTimeOffset(end, zone.GetUtcOffset(end));
        // In the hour that comes twice in autumn the end may be the first of both, and over.
        return instant > now ? instant : new DateTimeOffset(end, zone.GetAmbiguousTimeOffsets(end).Min());
    }
}
