namespace Bus.Services.Images.Imaging;

/// <summary>Draws a text as pixels: white with a dark rim, so that it shows on light and on dark.</summary>
internal static class WatermarkText
{
    private const double PenRadius = 0.42;
    private const double RimRadius = 1.0;
    private const double TextOpacity = 0.92;
    private const double RimOpacity = 0.55;

    /// <summary>RGBA pixels, row by row, with the text at <paramref name="unit"/> pixels a font unit and the rim around it.</summary>
    public static (byte[] Rgba, int Width, int Height) Draw(string text, double unit)
    {
        var (segments, textWidth) = StrokeFont.Layout(text);
        var (width, height) = SizeOf(textWidth, unit);
        var (pen, rim) = (new double[width * height], new double[width * height]);
        foreach (var s in segments)
        {
            var placed = new StrokeFont.Segment((s.X1 + RimRadius) * unit, (s.Y1 + RimRadius) * unit, (s.X2 + RimRadius) * unit, (s.Y2 + RimRadius) * unit);
            Stroke(pen, width, height, placed, PenRadius * unit, 1);
            Stroke(rim, width, height, placed, RimRadius * unit, Math.Max(1, (RimRadius - PenRadius) * unit));
        }

        return (Blend(pen, rim), width, height);
    }

    /// <summary>Pixels that <see cref="Draw"/> needs, the rim included.</summary>
    public static (int Width, int Height) SizeOf(double textWidth, double unit) =>
        ((int)Math.Ceiling((textWidth + (2 * RimRadius)) * unit), (int)Math.Ceiling((StrokeFont.Height + (2 * RimRadius)) * unit));

    private static byte[] Blend(double[] pen, double[] rim)
    {
        var rgba = new byte[pen.Length * 4];
        for (var i = 0; i < pen.Length; i++)
        {
            var white = pen[i] * TextOpacity;
            var alpha = white + (rim[i] * RimOpacity * (1 - white));
            var grey = alpha > 0 ? (byte)Math.Round(255 * white / alpha) : (byte)0;
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2]) = (grey, grey, grey);
            rgba[(4 * i) + 3] = (byte)Math.Round(255 * alpha);
        }

        return rgba;
    }

    // Coverage by distance to the stroke, fading out over the last pixels before the radius.
    private static void Stroke(double[] mask, int width, int height, StrokeFont.Segment s, double radius, double fade)
    {
        var (left, right) = (Math.Max(0, (int)(Math.Min(s.X1, s.X2) - radius - 1)), Math.Min(width - 1, (int)(Math.Max(s.X1, s.X2) + radius + 1)));
        var (top, bottom) = (Math.Max(0, (int)(Math.Min(s.Y1, s.Y2) - radius - 1)), Math.Min(height - 1, (int)(Math.Max(s.Y1, s.Y2) + radius + 1)));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var cover = Math.Clamp((radius + 0.5 - Distance(s, x + 0.5, y + 0.5)) / fade, 0, 1);
                mask[(y * width) + x] = Math.Max(mask[(y * width) + x], cover);
            }
        }
    }

    private static double Distance(StrokeFont.Segment s, double x, double y)
    {
        var (dx, dy) = (s.X2 - s.X1, s.Y2 - s.Y1);
        var length = (dx * dx) + (dy * dy);
        var t = length > 0 ? Math.Clamp((((x - s.X1) * dx) + ((y - s.Y1) * dy)) / length, 0, 1) : 0;
        return Math.Sqrt(Math.Pow(x - s.X1 - (t * dx), 2) + Math.Pow(y - s.Y1 - (t * dy), 2));
    }
}
