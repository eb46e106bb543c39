namespace Bus.Services.Images.Blobs;

/// <summary>Where a blob lives, and so who may remove it.</summary>
public enum BlobArea
{
    /// <summary>Uploads and the results of steps: removed when the pipeline of their image ends.</summary>
    Working,

    /// <summary>Finished images, served to readers until they are deleted.</summary>
    Stored,
}
