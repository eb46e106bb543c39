namespace Bus.Services.Images;

/// <summary>Settings of the image pipeline: section <c>Bus:Images</c>, except <see cref="DataFolder"/>, which is <c>Bus:DataFolder</c>.</summary>
public sealed class ImageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Images";

    /// <summary>The setting that <see cref="DataFolder"/> is bound from.</summary>
    public const string DataFolderKey = "Bus:DataFolder";

    /// <summary>
    /// Folder of everything that is kept; blobs go to <c>blobs</c> below it. Relative paths start at the current directory. Default
    /// <c>./data</c>. All processes of one service must see the same folder.
    /// </summary>
    public string DataFolder { get; set; } = "./data";

    /// <summary>Largest upload in bytes, 1 to 2 GiB. Default 50 MiB.</summary>
    public long MaxBytes { get; set; } = 50L * 1024 * 1024;

    /// <summary>Largest image in pixels, width times height, 1 to 1 thousand million. Default 100 million. Checked on the header, before anything is decoded.</summary>
    public long MaxPixels { get; set; } = 100_000_000;

    /// <summary>
    /// Most memory in bytes that decoding one image may need, at least 16 MiB. Default 256 MiB. Ordinary JPEG and PNG are decoded in
    /// strips and need little; progressive JPEG, interlaced PNG, WebP and GIF must be held whole. Images that need a quarter of this or more
    /// are decoded one at a time in a process.
    /// </summary>
    public long MaxDecodeBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Width in pixels that wider images are scaled down to, 1 to 16,383. Narrower ones are never enlarged. Default 1,200.</summary>
    public int MaxWidth { get; set; } = 1200;

    /// <summary>Quality of JPEG and WebP from 1 to 100. Default 85.</summary>
    public int Quality { get; set; } = 85;

    /// <summary>
    /// Text in the lower right corner: Latin letters, digits and common punctuation, at most 60 characters. Default <c>Made with Bus</c>. Empty
    /// leaves images unmarked, as are images too small to carry legible text.
    /// </summary>
    public string WatermarkText { get; set; } = "Made with Bus";

    /// <summary>How many images one process works on at a time, over all steps, 1 to 256. Default: the number of processors.</summary>
    public int Concurrency { get; set; } = Environment.ProcessorCount;
}
