namespace Bus.Contracts.Images;

/// <summary>Names of the pipeline's steps, in their order, as the API and events show them.</summary>
public static class ImageSteps
{
    public const string Upload = "upload";
    public const string Resize = "resize";
    public const string Compress = "compress";
    public const string Watermark = "watermark";
    public const string Store = "store";
    public const string Notify = "notify";

    /// <summary>All steps in order.</summary>
    public static IReadOnlyList<string> InOrder { get; } = [Upload, Resize, Compress, Watermark, Store, Notify];
}
