namespace Bus.Services.Images.Imaging;

/// <summary>The image types that are read, told apart by their first bytes and never by a file's name.</summary>
internal enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
}
