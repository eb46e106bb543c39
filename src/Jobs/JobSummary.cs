using System.Security.Cryptography;
using System.Text;

namespace Bus.Jobs;

/// <summary>A job as it stands in the store.</summary>
public sealed record JobSummary
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What its handler is found by.</summary>
    public required string Type { get; init; }

    /// <summary>Where it waits.</summary>
    public required string Queue { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>Its arguments as JSON. Empty in a list when they are longer than 64 KiB: ask for the job itself.</summary>
    public required string Arguments { get; init; }

    /// <summary>0 to 9.</summary>
    public int Priority { get; init; }

    /// <summary>Of one key they run one after the other; null when it has none.</summary>
    public string? Key { get; init; }

    /// <summary>Whose it is; null when it is nobody's.</summary>
    public string? Tenant { get; init; }

    /// <summary>What it is found by, as it was enqueued; empty for nothing.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When it may be removed; null while it has not ended, and when it is kept as long as any (<see cref="JobsOptions.KeepEnded"/>), or for ever.</summary>
    public DateTimeOffset? RemovedAfter { get; init; }

    /// <summary>What it counts under for limits per key: what <see cref="EnqueueOptions.LimitKey"/> has said, or its tenant; null when it has neither.</summary>
    public string? LimitKey { get; init; }

    /// <summary>The batch that it belongs to; null when it belongs to none.</summary>
    public Guid? Batch { get; init; }

    /// <summary>
    /// Of a message that a plain consumer handles (<see cref="JobsBuilder.Track"/>) its id as it was sent first, whatever copies of it have come since; null for a job. Such a row tells how the message fares, and moves nothing.
    /// </summary>
    public Guid? Message { get; init; }

    /// <summary>How often its handler has failed.</summary>
    public int Attempts { get; init; }

    /// <summary>How often its process died while it ran.</summary>
    public int Crashes { get; init; }

    /// <summary>The process that ran it last.</summary>
    public string? Node { get; init; }

    /// <summary>When it was enqueued.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is queued, for one that waits for its time.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it was taken last.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What its handler returned, as JSON; null when it returned nothing, or has not. Empty in a list when it is longer than 64 KiB: ask for the job itself.</summary>
    public string? Result { get; init; }

    /// <summary>
    /// The SHA-256 of <see cref="Result"/>, hexadecimal; null without a result, and where a list leaves it out. It is computed from what is stored: it tells whether two results are the same, and not whether one was tampered with.
    /// </summary>
    public string? ResultHash => string.IsNullOrEmpty(Result) ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Result)));

    /// <summary>Why its last run failed.</summary>
    public string? Error { get; init; }

    /// <summary>How much of it is done, in percent; null when its handler has not said.</summary>
    public int? Progress { get; init; }

    /// <summary>What its handler says about that.</summary>
    public string? Note { get; init; }
}
