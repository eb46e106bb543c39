using Bus.Persistence.Schedules;
using Bus.Scheduler.Declaring;
using Microsoft.EntityFrameworkCore;

namespace Bus.Scheduler.Store;

/// <summary>Reads schedules and their runs for people.</summary>
internal static class ScheduleReader
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<ScheduleSummary>> ListAsync(DbContext db, ScheduleQuery query, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Take is < 1 or > 1000 || query.Skip < 0)
            throw new ArgumentOutOfRangeException(nameof(query), $"`Take` must be 1 to 1,000 and `Skip` not negative, but they are {query.Take} and {query.Skip}.");
        var rows = db.Set<ScheduleRow>().AsNoTracking();
        if (query.Name is { Length: > 0 } name)
            rows = rows.Where(row => row.Name.Contains(name));
        if (query.State is { } state)
            rows = rows.Where(row => row.State == (int)state);
        if (query.Troubled)
        {
            var late = (now - Late).ToUnixTimeMilliseconds();
            rows = rows.Where(row => row.Error != null || row.DueAt < late);
        }

        var found = await rows.OrderBy(row => row.Name).Skip(query.Skip).Take(query.Take).ToListAsync(cancellationToken);
        return found.ConvertAll(Summary);
    }

    public static async Task<ScheduleSummary?> FindAsync(DbContext db, string name, CancellationToken cancellationToken) =>
        await db.Set<ScheduleRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancellationToken) is { } row ? Summary(row) : null;

    public static async Task<IReadOnlyList<ScheduleRunSummary>> RunsAsync(DbContext db, string name, int count, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        DemandCount(count);
        var runs = db.Set<ScheduleRunRow>().AsNoTracking().Where(run => run.Schedule == name);
        if (before?.ToUnixTimeMilliseconds() is { } limit)
            runs = runs.Where(run => run.PlannedAt < limit);
        var found = await runs.OrderByDescending(run => run.PlannedAt).ThenBy(run => run.Kind).Take(count).ToListAsync(cancellationToken);
        return found.ConvertAll(Summary);
    }

    public static void DemandCount(int count)
    {
        if (count is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(count), count, "Ask for 1 to 1,000.");
    }

    private static ScheduleSummary Summary(ScheduleRow row)
    {
        var (definition, error) = DefinitionOf(row);
        return new ScheduleSummary(
            row.Name, (ScheduleState)row.State, definition, row.MessageType, row.Message, row.DeclaredBy, Instant(row.NextAt), Instant(row.DueAt), row.Runs, Instant(row.ActiveSince), Instant(row.WaitingAt), error);
    }

    // One that cannot be read is shown too: it is what one looks for.
    private static (ScheduleDefinition Definition, string? Error) DefinitionOf(ScheduleRow row)
    {
        try
        {
            return (ScheduleJson.Read(row.Definition), row.Error);
        }
        catch (System.Text.Json.JsonException exception)
        {
            return (new ScheduleDefinition { Recurrence = "" }, row.Error ?? exception.Message);
        }
    }

    private static ScheduleRunSummary Summary(ScheduleRunRow run) => new(
        Instant(run.PlannedAt)!.Value,
        (RunKind)run.Kind,
        (RunOutcome)run.Outcome,
        run.MessageId,
        Instant(run.FiredAt)!.Value,
        TimeSpan.FromMilliseconds(Math.Max(0, run.FiredAt - run.PlannedAt)),
        Instant(run.EndedAt),
        run.Duration is { } duration ? TimeSpan.FromMilliseconds(duration) : null,
        run.Note);

    private static DateTimeOffset? Instant(long? milliseconds) => milliseconds is { } instant ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(instant, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())) : null;
}
