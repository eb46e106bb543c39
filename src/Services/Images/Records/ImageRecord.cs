namespace Bus.Services.Images.Records;

/// <summary>What the API knows of an image: its row. Written with the upload, then kept up by <see cref="ImageRecordConsumer"/>.</summary>
public sealed class ImageRecord
{
    /// <summary>The image.</summary>
    public Guid Id { get; set; }

    /// <summary>Where it is.</summary>
    public ImageStatus Status { get; set; }

    /// <summary>The uploader's name for the file, for display only.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Blob of the uploaded bytes; it is removed when the image is ready or failed.</summary>
    public string Original { get; set; } = "";

    /// <summary>Length of the upload in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Blob of the finished image; null until it is ready.</summary>
    public string? Content { get; set; }

    /// <summary>MIME type of <see cref="Content"/>; null until it is ready.</summary>
    public string? ContentType { get; set; }

    /// <summary>Why it failed, for a person to read; null if it did not.</summary>
    public string? Error { get; set; }

    /// <summary>When the upload was accepted.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>One row a step.</summary>
    public IList<ImageStepRecord> Steps { get; } = [];
}
