using Bus.Core.Loops;
using Bus.Services.Images.Blobs;
using Bus.Services.Images.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Services.Images.Cleanup;

/// <summary>
/// Removes what nobody needs: blobs whose row was never committed or whose image has ended, and idempotency keys that have expired. Removing twice is
/// harmless, so every process may do it.
/// </summary>
internal sealed partial class ImageCleanup(IServiceScopeFactory scopes, IBlobStore blobs, TimeProvider clock, ILogger<ImageCleanup> logger)
    : BackgroundLoop(clock, Interval)
{
    /// <summary>Blobs younger than this are left alone: their row may be about to be committed, or their message waits while the broker is away.</summary>
    public static readonly TimeSpan YoungestOrphan = TimeSpan.FromHours(24);

    private const int Block = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var keys = await ForgetKeysAsync(cancellationToken);
        var removed = await blobs.SweepAsync(YoungestOrphan, IsNeededAsync, cancellationToken);
        if (keys + removed > 0)
        {
            Cleaned(removed, keys);
        }

        return keys == Block;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => Failed(exception, retryIn);

    private async Task<int> ForgetKeysAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = Time.GetUtcNow();
        var keys = scope.ServiceProvider.GetRequiredService<ImageDb>().Keys;
        var old = await keys.Where(x => x.ExpiresAt <= now).OrderBy(x => x.ExpiresAt).Select(x => x.KeyHash).Take(Block).ToListAsync(cancellationToken);
        return old.Count == 0 ? 0 : await keys.Where(x => old.Contains(x.KeyHash) && x.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
    }

    private async ValueTask<bool> IsNeededAsync(BlobId blob, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var image = await scope.ServiceProvider.GetRequiredService<ImageDb>().FindAsync(blob.ImageId, cancellationToken);
        return image is not null && (image.Status == ImageStatus.Processing || image.Content == blob.ToString());
    }

    [LoggerMessage(1, LogLevel.Information, "Removed {Blobs} blobs that no image needs and {Keys} idempotency keys that have expired")]
    private partial void Cleaned(int blobs, int keys);

    [LoggerMessage(2, LogLevel.Warning, "Blobs and keys could not be cleaned up; next try in {RetryIn}")]
    private partial void Failed(Exception exception, TimeSpan retryIn);
}
