namespace Bus.Services.Images.Http;

/// <summary>The paths of the image API.</summary>
internal static class ImageRoutes
{
    public const string Root = "/api/images";

    public static string Image(Guid id) => $"{Root}/{id:D}";

    public static string Content(Guid id) => $"{Root}/{id:D}/content";
}
