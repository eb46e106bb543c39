using Bus.Contracts.Images;
using MassTransit;

namespace Bus.Sagas.Images;

/// <summary>One run of the image pipeline. Kept after its end: it is the record of how each step went.</summary>
public sealed class ImageState : SagaStateMachineInstance, ISagaVersion
{
    /// <summary>The image's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>Counts the commits of this instance; two that race are told apart by it.</summary>
    public int Version { get; set; }

    /// <summary>Name of the machine's state, as in <c>docs/sagas/image-pipeline.md</c>.</summary>
    public string CurrentState { get; set; } = "";

    /// <summary>The uploader's name for the file, for people only.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Blob of the uploaded bytes.</summary>
    public string Original { get; set; } = "";

    /// <summary>Length of the upload in bytes.</summary>
    public long OriginalBytes { get; set; }

    /// <summary>Working blob of the resize step; null until it is done.</summary>
    public string? Resized { get; set; }

    /// <summary>Working blob of the compress step; null until it is done.</summary>
    public string? Compressed { get; set; }

    /// <summary>Working blob of the watermark step; null until it is done.</summary>
    public string? Watermarked { get; set; }

    /// <summary>The stored image; null until it is stored.</summary>
    public string? Content { get; set; }

    /// <summary>MIME type of <see cref="Content"/>.</summary>
    public string? ContentType { get; set; }

    /// <summary>E-mail address of who is told how it ended; null for nobody.</summary>
    public string? Notify { get; set; }

    /// <summary>When the upload was taken over by the saga.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the image became ready or failed; null while it is processed.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The step that ended the pipeline early; null if none did.</summary>
    public string? FailedStep { get; set; }

    /// <summary>Why it failed, for a person to read; null if it did not.</summary>
    public string? Error { get; set; }

    /// <summary>The steps commanded so far, in their order.</summary>
    public IReadOnlyList<ImageStepTiming> Steps { get; set; } = [];

    internal void Accept(ImageUploaded upload, DateTimeOffset now)
    {
        FileName = upload.FileName;
        Original = upload.Original;
        OriginalBytes = upload.Bytes;
        Notify = upload.Notify;
        StartedAt = now;
    }

    internal void Begin(string step, DateTimeOffset now) => Steps = [.. Steps, new ImageStepTiming(step, now, null, 0, 0)];

    internal void Finish(string step, StepRun run, DateTimeOffset now) =>
        Steps = [.. Steps.Select(x => x.Step == step ? x with { EndedAt = now, DurationMs = run.DurationMs, Attempts = run.Attempt } : x)];

    internal void Fail(string step, string reason, StepRun run, DateTimeOffset now)
    {
        Finish(step, run, now);
        FailedStep = step;
        Error = reason;
        EndedAt = now;
    }

    /// <summary>Every working blob made so far, the upload first.</summary>
    internal IReadOnlyList<string> WorkingBlobs() => [.. new[] { Original, Resized, Compressed, Watermarked }.OfType<string>().Distinct()];
}
