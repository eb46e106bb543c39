namespace Bus.Services.Images.Uploads;

/// <summary>The idempotency key stands for an upload of other bytes.</summary>
public sealed class IdempotencyConflictException(Guid imageId)
    : Exception($"This Idempotency-Key was used within the last 24 hours for a different file, which became image {imageId:D}. Use a new key for a new file.")
{
    /// <summary>The image that the key stands for.</summary>
    public Guid ImageId { get; } = imageId;
}
