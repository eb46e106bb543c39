using NetVips;

namespace Bus.Services.Images.Samples;

/// <summary>Landscapes by formula: ridges in haze, sky, sea, pebbles, and the grain of a sensor, so that they compress like photos. The same arguments give the same pixels.</summary>
internal static class Scenery
{
    private static readonly double[] Sand = [1.0, 0.94, 0.86];

    /// <summary>Mountains one behind another under an evening sky.</summary>
    public static Image Mountains(int width, int height, int seed)
    {
        var scene = Sky(width, height, [255, 170, 110], [60, 70, 130], seed).Add(Sun(width, height, 0.7, 0.42) * new double[] { 120, 90, 40 });
        for (var layer = 0; layer < 5; layer++)
        {
            var far = 1 - (layer / 4.0);
            double[] colour = [30 + (120 * far), 35 + (90 * far), 50 + (95 * far)];
            var mask = Below(width, height, Ridge(width, height, 0.45 + (0.11 * layer), 0.14 + (0.03 * layer), seed + layer));
            scene = mask.Ifthenelse(Texture(width, height, seed + 20 + layer, 24) + colour, scene);
        }

        return Expose(scene, width, height, seed);
    }

    /// <summary>Open water under a day's sky.</summary>
    public static Image Sea(int width, int height, int seed)
    {
        var sky = Sky(width, height, [215, 230, 245], [70, 130, 210], seed);
        using var waves = Image.Perlin(width / 4, height, cellSize: Math.Max(4, height / 40), seed: seed + 3);
        var water = waves.Resize(4, vscale: 1).Gravity(Enums.CompassDirection.Centre, width, height, extend: Enums.Extend.Mirror) * 28 + new double[] { 30, 85, 120 };
        return Expose(Below(width, height, Level(width, height, 0.55)).Ifthenelse(water, sky), width, height, seed);
    }

    /// <summary>Pebbles on a beach, from above.</summary>
    public static Image Pebbles(int width, int height, int seed)
    {
        var cells = Image.Worley(width, height, cellSize: Math.Max(8, width / 40), seed: seed);
        var shade = (cells * (-900.0 / Math.Max(8, width / 40) / 8)) + 225;
        return Expose((shade * Sand) + Texture(width, height, seed, 30), width, height, seed);
    }

    /// <summary>A round sign with soft edges on nothing: four bands, the last is opacity.</summary>
    public static Image Sign(int width, int height)
    {
        var distance = Distance(width, height, 0.5, 0.5);
        var opacity = ((distance * (-255.0 / 0.06)) + (255 * 0.45 / 0.06)).Cast(Enums.BandFormat.Uchar);
        var ring = distance > 0.3;
        var colour = ring.Ifthenelse(Plain(width, height, 200, 40, 50), Plain(width, height, 250, 248, 240));
        return colour.Bandjoin(opacity).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>One colour.</summary>
    public static Image Plain(int width, int height, params double[] colour) =>
        (Image.Black(width, height, bands: colour.Length) + colour).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

    private static Image Sky(int width, int height, double[] horizon, double[] zenith, int seed)
    {
        using var y = Row(width, height);
        var fall = (y * -1) + 1;
        var clear = (y * horizon) + (fall * zenith);
        return clear + (Texture(width, height, seed + 11, 34) * fall);
    }

    // Soft light and shade, drawn at a quarter of the size and drawn out: it has no detail to lose, and costs a sixteenth.
    private static Image Texture(int width, int height, int seed, double strength)
    {
        const int Coarse = 4;
        using var small = Fractal((width / Coarse) + 2, (height / Coarse) + 2, seed, strength);
        return small.Resize(Coarse, kernel: Enums.Kernel.Linear).Crop(0, 0, width, height);
    }

    // Each octave is half as coarse and half as strong.
    private static Image Fractal(int width, int height, int seed, double strength)
    {
        var sum = Image.Perlin(width, height, cellSize: Math.Max(4, width / 6), seed: seed) * strength;
        for (var octave = 1; octave < 4; octave++)
            sum += Image.Perlin(width, height, cellSize: Math.Max(4, width / 6 >> octave), seed: seed + octave) * (strength / (1 << octave));
        return sum;
    }

    private static Image Ridge(int width, int height, double level, double roughness, int seed)
    {
        var line = Fractal(width, 1, seed + 40, roughness);
        return (line + level).Replicate(1, height);
    }

    private static Image Level(int width, int height, double level) => Image.Black(width, height) + level;

    private static Image Below(int width, int height, Image line) => Row(width, height) > line;

    private static Image Row(int width, int height) => Image.Xyz(width, height).ExtractBand(1) * (1.0 / height);

    private static Image Sun(int width, int height, double x, double y)
    {
        using var distance = Distance(width, height, x, y);
        return (distance * distance * -30).Exp();
    }

    private static Image Distance(int width, int height, double x, double y)
    {
        using var place = Image.Xyz(width, height);
        var dx = (place.ExtractBand(0) - (x * width)) * (1.0 / height);
        var dy = (place.ExtractBand(1) - (y * height)) * (1.0 / height);
        return ((dx * dx) + (dy * dy)).Pow(0.5);
    }

    private static Image Expose(Image scene, int width, int height, int seed)
    {
        // Noise is dear, and nobody sees that it repeats.
        const int Tile = 512;
        using var tile = Image.Gaussnoise(Tile, Tile, sigma: 5, mean: 0, seed: seed).CopyMemory();
        using var grain = tile.Replicate((width / Tile) + 1, (height / Tile) + 1).Crop(0, 0, width, height);
        return (scene + grain).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }
}
