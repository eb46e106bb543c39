using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>
/// The watermark step: the text in the lower right corner, a fortieth of the image's width high and never wider than three fifths of it. An
/// image on which capitals would be lower than seven pixels stays unmarked, and so does any image when the text is blank.
/// </summary>
internal static class ImageWatermarker
{
    private const double CapUnits = 6;
    private const double LeastCapPixels = 7;

    /// <summary>Marks <paramref name="source"/>, a result of an earlier step, into <paramref name="target"/>; returns its MIME type.</summary>
    public static string Watermark(Stream source, Stream target, string text, int quality)
    {
        Vips.EnsureReady();
        using var from = new GuardedStream(source);
        using var to = new GuardedStream(target);
        using var image = WorkingImage.Open(from);
        using var marked = Mark(image, text);
        return ImageWriter.Web(marked, to, quality);
    }

    private static Image Mark(Image image, string text)
    {
        if (Unit(image.Width, image.Height, text) is not { } unit)
            return image.Copy();
        var (rgba, width, height) = WatermarkText.Draw(text, unit);
        var margin = (int)Math.Ceiling(unit);
        using var raw = Image.NewFromMemory(rgba, width, height, 4, Enums.BandFormat.Uchar);
        using var overlay = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        using var blended = image.Composite2(overlay, Enums.BlendMode.Over, x: image.Width - width - margin, y: image.Height - height - margin);
        using var bytes = blended.Cast(Enums.BandFormat.Uchar);
        return image.HasAlpha() ? bytes.Copy() : bytes.ExtractBand(0, n: 3);
    }

    /// <summary>Pixels a font unit, or null where the text would not be legible.</summary>
    internal static double? Unit(int width, int height, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var (perUnitWidth, perUnitHeight) = (StrokeFont.Layout(text).Width, StrokeFont.Height);
        var unit = Math.Min(width / 40.0 / CapUnits, Math.Min(0.6 * width / perUnitWidth, height / 4.0 / perUnitHeight));
        unit = Math.Max(unit, Math.Min(LeastCapPixels / CapUnits, Math.Min(0.6 * width / perUnitWidth, height / 4.0 / perUnitHeight)));
        return unit * CapUnits < LeastCapPixels - 0.001 ? null : unit;
    }
}
