namespace Bus.Services.Images.Records;

/// <summary>An idempotency key that was used, and for what.</summary>
public sealed class UploadKeyRecord
{
    /// <summary>SHA-256 of the key, hexadecimal: databases that fold case or trim spaces must not take two keys for one.</summary>
    public string KeyHash { get; set; } = "";

    /// <summary>SHA-256 of the uploaded bytes, hexadecimal.</summary>
    public string ContentHash { get; set; } = "";

    /// <summary>The image that the first call made.</summary>
    public Guid ImageId { get; set; }

    /// <summary>From then on the key is as good as new.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}
