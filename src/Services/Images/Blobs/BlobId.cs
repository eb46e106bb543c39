using System.Diagnostics.CodeAnalysis;

namespace Bus.Services.Images.Blobs;

/// <summary>
/// The name of one blob: its area, the image that owns it, and the SHA-256 of its bytes. Two images with identical bytes own two
/// blobs, so removing one image never takes another's bytes away. The text form, at most 105 characters, is
/// <c>working-{image, 32 hex digits}-{hash, 64 hex digits}</c>; nothing else parses, so no path can hide in one.
/// </summary>
public sealed record BlobId
{
    private const int ImageDigits = 32;
    private const int HashDigits = 64;

    private BlobId(BlobArea area, Guid imageId, string hash) => (Area, ImageId, Hash) = (area, imageId, hash);

    /// <summary>Where the blob lives.</summary>
    public BlobArea Area { get; }

    /// <summary>The image that owns the blob.</summary>
    public Guid ImageId { get; }

    /// <summary>SHA-256 of the bytes: 64 lower-case hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The id of the same bytes of the same image in another area.</summary>
    public BlobId In(BlobArea area) => new(area, ImageId, Hash);

    /// <summary>The id of bytes with this SHA-256 in the working area of an image.</summary>
    internal static BlobId Working(Guid imageId, ReadOnlySpan<byte> sha256) => new(BlobArea.Working, imageId, Convert.ToHexStringLower(sha256));

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static BlobId Parse(string text) =>
        TryParse(text, out var id)
            ? id
            : throw new FormatException($"'{text}' is not a blob id. A blob id reads `working-` or `stored-`, 32 hexadecimal digits, `-`, 64 hexadecimal digits.");

    /// <summary>Reads the text form; false for anything else, null included.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BlobId? id)
    {
        id = null;
        if (text?.Split('-') is not [var area, { Length: ImageDigits } image, { Length: HashDigits } hash])
            return false;
        if (!IsLowerHex(image) || !IsLowerHex(hash) || !Guid.TryParseExact(image, "N", out var imageId))
            return false;
        BlobArea? known = area switch { "working" => BlobArea.Working, "stored" => BlobArea.Stored, _ => null };
        id = known is { } found ? new BlobId(found, imageId, hash) : null;
        return id is not null;
    }

    /// <summary>The text form, as messages and rows carry it.</summary>
    public override string ToString() => $"{FolderOf(Area)}-{ImageId:N}-{Hash}";

    internal static string FolderOf(BlobArea area) => area == BlobArea.Stored ? "stored" : "working";

    private static bool IsLowerHex(string text) => text.All(c => char.IsAsciiHexDigitLower(c) || char.IsAsciiDigit(c));
}
