using NetVips;

namespace Bus.Services.Images.Imaging;

/// <summary>Opens what an earlier step wrote, from its start. Its bytes are ours, so an error here is a fault to retry and not the uploader's.</summary>
internal static class WorkingImage
{
    public static Image Open(GuardedStream source)
    {
        source.Position = 0;
        try
        {
            using var stream = Image.NewFromStream(source, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            return stream.CopyMemory();
        }
        catch (VipsException)
        {
            source.ThrowIfFailed();
            throw;
        }
    }
}
