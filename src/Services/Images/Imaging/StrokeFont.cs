using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Bus.Services.Images.Imaging;

/// <summary>
/// A font of pen strokes, so that a watermark can be drawn on a machine that has no fonts. A glyph is a few paths, each a run of points of two
/// digits (x from 0 to 5, y from 0 at the cap line over 6 at the base line to 8); a path that starts with <c>~</c> is bent smooth.
/// </summary>
internal static class StrokeFont
{
    /// <summary>From the cap line to the lowest point of a descender.</summary>
    public const double Height = 8;

    private const double Gap = 1.7;
    private const double Space = 2.4;

    private static readonly FrozenDictionary<char, Glyph> Glyphs = Parse(
        """
        A 062046 1434|B 0600 ~00304041333303 ~0333434546463606|C ~414020000306264645|D 0006 ~00203040424446362606
        E 40000646 0333|F 400006 0333|G ~41402000030626464323|H 0006 4046 0343|I 0006|J ~304445362616050504
        K 0006 4003 1346|L 000646|M 0600245056|N 06004640|O ~2010000204061626364644424030200020|P 0600 ~003040414343331303
        Q ~201000020406162636464442403020 3447|R 0600 ~003040414343331303 2346|S ~4140200003234346260605|T 0040 2026|U ~00030406163646444340|V 002640
        W 0016304660|X 0046 4006|Y 002340 2326|Z 00400646|a 3236 ~3323120203050616263534|b 0006 ~0312223335352616060504|c ~3322120203050616263635|d 3036 ~3323120203050616263534
        e ~0434333222120203050616263635|f ~3020101112 1216 0232|g ~3323120203050616263534 ~323738281718|h 0006 ~041322323436|i 0206 0000|j ~121718080708 1010
        k 0006 3204 1436|l ~00050616|m 0206 ~04131222232426 ~24333242434446|n 0206 ~0413122222323436|o ~1202030506162636353332221202|p 0208 ~0312223335352616060504|q 3238 ~3323120203050616263534|r 0206 ~041322222232
        s ~3222120203142434362616060605|t ~101516161626 0222|u ~02040606162635 3236|v 021632|w 0216244652|x 0236 3206|y ~02040506162635 ~323738281718|z 02320636
        0 ~2010000204061626364644424030200020|1 ~012020 2026|2 ~0100102030404142330606 0646|3 ~01001030404133332323 ~2333444646361605|4 3036 300444|5 400002 ~02133343444636261605|6 ~4030201001030506163646454433231304|7 004016|8 ~20000000010323434646462606060604032343414040402020|9 ~4233231302010010303041434536261606
        . 0606|, 1607|: 0303 0606|; 1313 1607|! 0004 0606|? ~0100102030404142332324 2626|- 0333|_ 0747|+ 0343 2125|= 0242 0444|/ 0640|\ 0046|( ~200103050628|) ~002123252608
        ' 0001|" 0001 2021|& ~461310303204062644|# 1016 3036 0242 0444|* 2124 0143 0341|@ ~46260603002050525444 4244 ~42222444|© ~300003063666636030 ~42222444|· 0303
        """);

    /// <summary>Whether the character can be drawn.</summary>
    public static bool Has(char character) => character == ' ' || Glyphs.ContainsKey(character);

    /// <summary>The strokes of a text, laid out from x = 0; a character without a glyph is drawn as <c>?</c>.</summary>
    public static (IReadOnlyList<Segment> Segments, double Width) Layout(string text)
    {
        List<Segment> segments = [];
        var x = 0.0;
        foreach (var character in text)
        {
            if (character == ' ')
            {
                x += Space;
                continue;
            }

            var glyph = Glyphs.GetValueOrDefault(character) ?? Glyphs['?'];
            segments.AddRange(glyph.Segments.Select(s => new Segment(s.X1 + x, s.Y1, s.X2 + x, s.Y2)));
            x += glyph.Width + Gap;
        }

        return (segments, Math.Max(0, x - Gap));
    }

    private static FrozenDictionary<char, Glyph> Parse(string table) =>
        table.Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenDictionary(entry => entry[0], entry => ParseGlyph(entry[2..]));

    private static Glyph ParseGlyph(string paths)
    {
        var segments = paths.Split(' ').SelectMany(ParsePath).ToArray();
        return new Glyph(segments, segments.Max(s => Math.Max(s.X1, s.X2)));
    }

    private static IEnumerable<Segment> ParsePath(string path)
    {
        var points = path.TrimStart('~').Chunk(2).Select(p => (X: (double)(p[0] - '0'), Y: (double)(p[1] - '0'))).ToArray();
        for (var round = path[0] == '~' ? 3 : 0; round > 0; round--)
            points = CutCorners(points);
        return points.Length == 1
            ? [new Segment(points[0].X, points[0].Y, points[0].X, points[0].Y)]
            : points.Zip(points.Skip(1), (a, b) => new Segment(a.X, a.Y, b.X, b.Y));
    }

    // Chaikin's scheme: each corner gives way to two points, a quarter of the way from it; a few rounds make a curve.
    private static (double X, double Y)[] CutCorners((double X, double Y)[] points)
    {
        List<(double, double)> cut = [points[0]];
        foreach (var (a, b) in points.Zip(points.Skip(1)))
        {
            cut.Add(((3 * a.X + b.X) / 4, (3 * a.Y + b.Y) / 4));
            cut.Add(((a.X + 3 * b.X) / 4, (a.Y + 3 * b.Y) / 4));
        }

        cut.Add(points[^1]);
        return [.. cut];
    }

    /// <summary>One straight piece of a pen's way.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Segment(double X1, double Y1, double X2, double Y2);

    private sealed record Glyph(Segment[] Segments, double Width);
}
