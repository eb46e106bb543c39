namespace Bus.Sagas.Images;

/// <summary>What the pipeline asks of each image: the part of section <c>Bus:Images</c> that the saga needs. The image services check the section at start.</summary>
public sealed class ImagePlan
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Images";

    /// <summary>Widest result in pixels, 1 to 16,383; smaller images keep their size. Default 1,200.</summary>
    public int MaxWidth { get; set; } = 1200;

    /// <summary>Quality of the encoded result, 1 to 100. Default 85.</summary>
    public int Quality { get; set; } = 85;

    /// <summary>Text of the watermark, at most 60 characters. Default <c>Made with Bus</c>. Empty leaves images unmarked.</summary>
    public string WatermarkText { get; set; } = "Made with Bus";
}
