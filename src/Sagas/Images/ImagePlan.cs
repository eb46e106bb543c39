namespace Bus.Sagas.Images;

/// <summary>What the saga asks of each image. The host fills it from section <c>Bus:Images</c>, which the image services read and check.</summary>
public sealed class ImagePlan
{
    /// <summary>Widest result in pixels, 1 to 16,383; smaller images keep their size. Default 1,200.</summary>
    public int MaxWidth { get; set; } = 1200;

    /// <summary>Quality of the encoded result, 1 to 100. Default 85.</summary>
    public int Quality { get; set; } = 85;

    /// <summary>Text of the watermark, at most 60 characters. Default <c>Made with Bus</c>. Empty leaves images unmarked.</summary>
    public string WatermarkText { get; set; } = "Made with Bus";
}
