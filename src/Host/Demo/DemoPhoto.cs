using Bus.Services.Images.Http;
using Bus.Services.Images.Samples;
using NetVips;

namespace Bus.Host.Demo;

/// <summary>Takes one photo through: upload, follow, fetch, and look whether what came out is right.</summary>
internal sealed class DemoPhoto(DemoClient client, SamplePhoto sample, string results, Action<DemoOutcome> show)
{
    private const int MaxWidth = 1200;

    public async Task<DemoOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var outcome = new DemoOutcome(sample, null, null, null);
        try
        {
            var id = await client.UploadAsync(sample.Path, cancellationToken);
            await foreach (var view in client.FollowAsync(id, cancellationToken))
            {
                show(outcome = outcome with { View = view });
            }

            outcome = await CheckAsync(outcome, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or VipsException)
        {
            outcome = outcome with { Wrong = error is OperationCanceledException ? "It was not done in time." : error.Message };
        }

        show(outcome);
        return outcome;
    }

    private async Task<DemoOutcome> CheckAsync(DemoOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.View is not { Status: ImageView.Ready, ContentUrl: { } url })
        {
            return outcome with { Wrong = outcome.View?.Error ?? "Its event stream ended too early." };
        }

        var (bytes, contentType) = await client.DownloadAsync(url, cancellationToken);
        var type = TypeOf(bytes);
        await File.WriteAllBytesAsync(Path.Combine(results, $"{Path.GetFileNameWithoutExtension(sample.Path)}.{type.Replace("jpeg", "jpg", StringComparison.Ordinal)}"), bytes, cancellationToken);
        using var image = Image.NewFromBuffer(bytes);
        var result = new DemoResult(image.Width, image.Height, bytes.Length);
        var (width, height) = Expected();
        return outcome with
        {
            Result = result,
            Wrong = contentType != $"image/{type}" ? $"It is {type} but was served as {contentType}."
                : result.Width != width || Math.Abs(result.Height - height) > 1 ? $"It is {result.Width} x {result.Height} instead of {width} x {height}."
                : null,
        };
    }

    // Upright, and never wider than the target nor wider than it was.
    private (int Width, int Height) Expected()
    {
        using var original = Image.NewFromFile(sample.Path);
        var turned = original.Contains("orientation") && (int)original.Get("orientation") >= 5;
        var (width, height) = turned ? (original.Height, original.Width) : (original.Width, original.Height);
        var target = Math.Min(width, MaxWidth);
        return (target, Math.Max(1, (int)Math.Round(height * (double)target / width)));
    }

    private static string TypeOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "jpeg",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "png",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "webp",
        _ => "unknown",
    };
}
