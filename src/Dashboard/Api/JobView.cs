using System.Text.Json;
using Bus.Jobs;

namespace Bus.Dashboard.Api;

/// <summary>A job as <see cref="JobSummary"/> has it, with arguments and result as JSON and not as text; null where a list leaves them out because they are long.</summary>
internal sealed record JobView(
    Guid Id,
    string Type,
    string Queue,
    JobState State,
    JsonElement? Arguments,
    int Priority,
    string? Key,
    string? Tenant,
    IReadOnlyList<string> Tags,
    string? LimitKey,
    Guid? Batch,
    Guid? Message,
    int Attempts,
    int Crashes,
    string? Node,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DueAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? RemovedAfter,
    JsonElement? Result,
    string? ResultHash,
    string? Error,
    int? Progress,
    string? Note)
{
    public static JobView Of(JobSummary job) => new(
        job.Id,
        job.Type,
        job.Queue,
        job.State,
        Shown(job.Arguments),
        job.Priority,
        job.Key,
        job.Tenant,
        job.Tags,
        job.LimitKey,
        job.Batch,
        job.Message,
        job.Attempts,
        job.Crashes,
        job.Node,
        job.CreatedAt,
        job.DueAt,
        job.StartedAt,
        job.EndedAt,
        job.RemovedAfter,
        Shown(job.Result),
        job.ResultHash,
        job.Error,
        job.Progress,
        job.Note);

    private static JsonElement? Shown(string? json) => string.IsNullOrEmpty(json) ? null : ApiJson.Show(json);
}
