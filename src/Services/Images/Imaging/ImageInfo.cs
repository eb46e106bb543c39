namespace Bus.Services.Images.Imaging;

/// <summary>What the header of an accepted image says.</summary>
/// <param name="Format">By its first bytes.</param>
/// <param name="Width">Pixels as stored, before EXIF orientation is applied.</param>
/// <param name="Height">Pixels as stored, before EXIF orientation is applied.</param>
/// <param name="DecodeBytes">About how much memory decoding it takes; small for what is decoded in strips.</param>
internal sealed record ImageInfo(ImageFormat Format, int Width, int Height, long DecodeBytes);
