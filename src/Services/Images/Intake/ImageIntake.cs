using Bus.Services.Images.Blobs;
using Bus.Services.Images.Imaging;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Intake;

/// <summary>The door for uploads: makes the bytes durable and looks at the header, before any row is written. Thread-safe.</summary>
public sealed class ImageIntake
{
    private readonly IBlobStore _blobs;
    private readonly ImageOptions _options;

    /// <summary>Takes the store and the limits of this process.</summary>
    public ImageIntake(IBlobStore blobs, IOptions<ImageOptions> options) => (_blobs, _options) = (blobs, options.Value);

    /// <summary>
    /// Saves an upload. When the call returns its bytes survive a power cut; when it throws nothing of it is left. What can only be
    /// seen by decoding (a file that is cut off in the middle) is found by the resize step.
    /// </summary>
    /// <param name="imageId">The image to be; its id is part of the blob's.</param>
    /// <param name="content">The bytes, read once and never wholly in memory.</param>
    /// <param name="fileName">As the uploader gave it; only its last part is kept, for display.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="ImageRejectedException">The image is refused; kind and message say why.</exception>
    public async Task<AcceptedImage> AcceptAsync(Guid imageId, Stream content, string? fileName, CancellationToken cancellationToken)
    {
        var blob = await _blobs.SaveAsync(imageId, (target, token) => CopyAsync(content, target, token), cancellationToken);
        try
        {
            await using var saved = await _blobs.OpenReadAsync(blob.Id, cancellationToken);
            await Task.Run(() => ImageInspector.Inspect(saved, ImageLimits.From(_options)), cancellationToken);
        }
        catch
        {
            await _blobs.DeleteAsync(blob.Id, CancellationToken.None);
            throw;
        }

        return new AcceptedImage(blob, DisplayName.From(fileName));
    }

    private async Task CopyAsync(Stream content, Stream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var total = 0L;
        int read;
        while ((read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
        {
            // The first block tells the type, so that a film is turned away before it fills the disk.
            if (total == 0)
                ImageSniffer.Sniff(buffer.AsSpan(0, Math.Min(read, ImageSniffer.HeadBytes)));
            total += read;
            if (total > _options.MaxBytes)
                throw new ImageRejectedException(RejectionKind.TooLarge, $"The file is larger than the {_options.MaxBytes:N0} bytes that are accepted. Scale it down first.");
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        if (total == 0)
            ImageSniffer.Sniff([]);
    }
}
