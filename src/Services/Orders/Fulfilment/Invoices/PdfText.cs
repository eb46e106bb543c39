using System.Globalization;
using System.Text;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>
/// What text becomes in a PDF that brings no font: its characters are those of Windows-1252, which every reader can show. Others are written as they are best read with these: accents are dropped, Cyrillic and Greek are
/// transliterated, and of what is left each is a question mark. Pure.
/// </summary>
internal static class PdfText
{
    private const char Unknown = '?';
    private const byte Ellipsis = 0x85;

    // 0x80 to 0x9F; the rest of the code page is Latin-1. A space where it has nothing.
    private const string High = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

    // Of Helvetica, in thousandths of the size, from 0x20 on.
    private static readonly short[] Widths =
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
        333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 0,
        556, 0, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0, 0, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 0, 500, 667,
        278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
        667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
        556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
    ];

    private static readonly Dictionary<char, string> Written = Transliterations();

    /// <summary>The bytes that show it.</summary>
    public static byte[] Encode(string text)
    {
        List<byte> bytes = new(text.Length);
        var before = default(Rune);
        foreach (var rune in text.EnumerateRunes())
        {
            // Greek writes u with two letters.
            Append(bytes, (before.Value, rune.Value) switch
            {
                ('ο' or 'ό' or 'Ο' or 'Ό', 'υ' or 'ύ') => new Rune('u'),
                ('Ο' or 'Ό', 'Υ' or 'Ύ') => new Rune('U'),
                _ => rune,
            });
            before = rune;
        }

        return [.. bytes];
    }

    /// <summary>The bytes that show it, or as much of its beginning, with an ellipsis, as fits into a width.</summary>
    public static byte[] EncodeWithin(string text, double size, double width)
    {
        var bytes = Encode(text);
        if (WidthOf(bytes, size) <= width)
            return bytes;
        var room = width - WidthOf([Ellipsis], size);
        var fits = 0;
        while (fits < bytes.Length && WidthOf(bytes.AsSpan(0, fits + 1), size) <= room)
            fits++;
        return [.. bytes.AsSpan(0, fits), Ellipsis];
    }

    /// <summary>How wide it is in Helvetica of a size, in points.</summary>
    public static double WidthOf(ReadOnlySpan<byte> encoded, double size)
    {
        var sum = 0;
        foreach (var code in encoded)
            sum += code < ' ' ? 0 : Widths[code - ' '];
        return sum * size / 1000;
    }

    private static void Append(List<byte> bytes, Rune rune)
    {
        if (CodeOf(rune) is { } code)
            bytes.Add(code);
        else if (rune.IsBmp && Written.TryGetValue((char)rune.Value, out var written))
            bytes.AddRange(Encoding.Latin1.GetBytes(written));
        else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
            bytes.Add((byte)Unknown);
    }

    private static byte? CodeOf(Rune rune) => rune.Value switch
    {
        < ' ' or 0x7F => (byte)' ',
        < 0x7F or (>= 0xA0 and <= 0xFF) => (byte)rune.Value,
        _ when rune.IsBmp && High.IndexOf((char)rune.Value, StringComparison.Ordinal) is >= 0 and var index => (byte)(0x80 + index),
        _ => null,
    };

    // A table, and not the runtime's decomposition: that is not there where it runs without a culture, and what it says may change.
    private static Dictionary<char, string> Transliterations()
    {
        const string Latin = // From U+0100 on.
            "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
        const string More = // From U+1E00 on, of which Vietnamese is a part.
            "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwyasssSd"
            + "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYyLlVvYy";
        const string Others =
            "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ё=yo і=i ї=yi є=ye ґ=g ђ=dj ј=j љ=lj њ=nj ћ=c џ=dz "
            + "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o ά=a έ=e ή=i ί=i ό=o ύ=y ώ=o ϊ=i ϋ=y ΐ=i ΰ=y ș=s ț=t ơ=o ư=u ə=e";
        Dictionary<char, string> pairs = [];
        foreach (var pair in Others.Split(' '))
        {
            var (lower, upper, text) = (pair[0], char.ToUpperInvariant(pair[0]), pair[2..]);
            pairs[lower] = text;
            // Some have no capital of one letter.
            if (upper != lower)
                pairs[upper] = text.Length == 0 ? "" : $"{char.ToUpperInvariant(text[0])}{text[1..]}";
        }

        for (var letter = 0; letter < Latin.Length; letter++)
            pairs[(char)(0x100 + letter)] = Latin[letter].ToString();
        for (var letter = 0; letter < More.Length; letter++)
            pairs[(char)(0x1E00 + letter)] = More[letter].ToString();
        pairs['\u2010'] = pairs['\u2011'] = pairs['\u2212'] = "-";
        return pairs;
    }
}
