namespace Bus.Contracts.Images;

/// <summary>How one step ran: handler time in milliseconds, and the attempt that succeeded (1 is the first).</summary>
public sealed record StepRun(int DurationMs, int Attempt);

/// <summary>The resize step is done; <paramref name="Result"/> is a lossless working blob.</summary>
public sealed record ImageResized(Guid ImageId, string Result, int Width, int Height, StepRun Run);

/// <summary>The compress step is done.</summary>
public sealed record ImageCompressed(Guid ImageId, string Result, long Bytes, StepRun Run);

/// <summary>The watermark step is done.</summary>
public sealed record ImageWatermarked(Guid ImageId, string Result, string ContentType, StepRun Run);

/// <summary>The image is stored where it is served from, under <paramref name="Content"/>.</summary>
public sealed record ImageStored(Guid ImageId, string Content, string ContentType, long Bytes, StepRun Run);

/// <summary>The image can be fetched. Published by the notify step; anyone may subscribe.</summary>
public sealed record ImageReady(Guid ImageId, string Content, string ContentType, StepRun Run);

/// <summary>A step refuses this image for good, for a <paramref name="Reason"/> that a person understands. No retry would help.</summary>
public sealed record ImageStepRejected(Guid ImageId, string Step, string Reason, StepRun Run);

/// <summary>The pipeline of this image ended without a result; what it had stored is being removed.</summary>
public sealed record ImageFailed(Guid ImageId, string Step, string Reason);

/// <summary>The saga moved: the step named <paramref name="Step"/> is now <paramref name="Status"/> (<c>running</c>, <c>done</c> or <c>failed</c>). For progress displays; state transfer is by <see cref="ImageReady"/> and <see cref="ImageFailed"/>.</summary>
public sealed record ImageProgressed(Guid ImageId, string Step, string Status, int Attempt, int DurationMs);
