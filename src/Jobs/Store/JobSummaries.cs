using System.Linq.Expressions;
using System.Text;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Store;

/// <summary>Shows rows to callers.</summary>
internal static class JobSummaries
{
    // More than a run can have.
    private const long LinesARun = 10_000;

    private static readonly byte[] LeftOut = [];

    /// <summary>A row without arguments and without a result that are long: they are empty instead, which no JSON is.</summary>
    public static readonly Expression<Func<JobRow, JobRow>> Light = row => new JobRow
    {
        Id = row.Id,
        Type = row.Type,
        Queue = row.Queue,
        Arguments = row.Arguments.Length <= ClaimedJob.MostArguments ? row.Arguments : LeftOut,
        State = row.State,
        Priority = row.Priority,
        Attempts = row.Attempts,
        Crashes = row.Crashes,
        Node = row.Node,
        CreatedAt = row.CreatedAt,
        DueAt = row.DueAt,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        OrderKey = row.OrderKey,
        Tenant = row.Tenant,
        Tags = row.Tags,
        RemoveAt = row.RemoveAt,
        LimitKey = row.LimitKey,
        BatchId = row.BatchId,
        MessageId = row.MessageId,
        Result = row.Result == null || row.Result.Length <= ClaimedJob.MostArguments ? row.Result : LeftOut,
        Error = row.Error,
        Progress = row.Progress,
        Note = row.Note,
    };

    public static JobSummary Of(JobRow row) => new()
    {
        Id = row.Id,
        Type = row.Type,
        Queue = row.Queue,
        State = (JobState)row.State,
        Arguments = Encoding.UTF8.GetString(row.Arguments),
        Priority = row.Priority,
        Key = row.OrderKey?[(row.OrderKey.IndexOf(':', StringComparison.Ordinal) + 1)..],
        Tenant = row.Tenant,
        Tags = JobTags.Read(row.Tags),
        RemovedAfter = Instant(row.RemoveAt),
        LimitKey = row.LimitKey ?? row.Tenant,
        Batch = row.BatchId,
        Message = row.MessageId,
        Attempts = row.Attempts,
        Crashes = row.Crashes,
        Node = row.Node,
        CreatedAt = Instant(row.CreatedAt)!.Value,
        DueAt = Instant(row.DueAt),
        StartedAt = Instant(row.StartedAt),
        EndedAt = Instant(row.EndedAt),
        Result = row.Result is null ? null : Encoding.UTF8.GetString(row.Result),
        Error = row.Error,
        Progress = row.Progress,
        Note = row.Note,
    };

    public static JobBatchSummary Of(JobBatchRow row, int running) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Total = row.Total,
        Running = running,
        Succeeded = row.Succeeded,
        Dead = row.Dead,
        Cancelled = row.Cancelled,
        CreatedAt = Instant(row.CreatedAt)!.Value,
        ClosedAt = Instant(row.ClosedAt),
        FirstFailedAt = Instant(row.FirstFailedAt),
        DoneAt = Instant(row.DoneAt),
        SucceededAt = Instant(row.SucceededAt),
    };

    public static JobRunSummary Of(JobRunRow row) => new(row.Claim, (JobRunOutcome)row.Outcome, row.Node, Instant(row.StartedAt), Instant(row.EndedAt)!.Value, row.Error);

    public static JobLogLine Of(JobLogRow row) => new((row.Claim * LinesARun) + row.Number, row.Claim, Instant(row.At)!.Value, (JobLogLevel)row.Level, row.Text);

    /// <summary>The run and the number of a line by its position.</summary>
    public static (long Claim, int Number) PlaceOf(long position) => (position / LinesARun, (int)(position % LinesARun));

    private static DateTimeOffset? Instant(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
