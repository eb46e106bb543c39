using Bus.Contracts.Images;
using Bus.Services.Images.Blobs;
using Bus.Services.Images.Intake;
using Bus.Services.Images.Records;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Images.Uploads;

/// <summary>
/// Takes an upload in: the bytes become durable first; then the image's row, the idempotency key and the saga's first message commit
/// together, or not at all. What a crash between the two leaves behind is a blob without a row, which the sweeper removes. One per scope.
/// </summary>
public sealed class ImageUploads(ImageIntake intake, IBlobStore blobs, ImageDb db, IPublishEndpoint bus, TimeProvider clock)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    /// <summary>Accepts an image and returns its id: a new one, or the first call's where the key was used for the same bytes before.</summary>
    /// <param name="content">The bytes, read once.</param>
    /// <param name="fileName">As the uploader gave it, for display.</param>
    /// <param name="key">Makes a second call with the same bytes a repetition; null for none.</param>
    /// <param name="notify">Asked, when the bytes are read, for the e-mail address of who is told how it ends; null for nobody.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="ImageRejectedException">The image is refused; kind and message say why. Nothing is kept, and the key is still free.</exception>
    /// <exception cref="IdempotencyConflictException">The key stands for other bytes.</exception>
    public async Task<Guid> UploadAsync(Stream content, string? fileName, IdempotencyKey? key, Func<CancellationToken, Task<string?>>? notify, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var imageId = Guid.CreateVersion7(clock.GetUtcNow());
        var accepted = await intake.AcceptAsync(imageId, content, fileName, cancellationToken);
        var toTell = await ToTellAsync(accepted, notify, cancellationToken);
        if (key is { } used && await FirstUseAsync(used, cancellationToken) is { } first)
        {
            return await RepeatAsync(first, accepted);
        }

        try
        {
            await CommitAsync(imageId, accepted, key, toTell, (int)clock.GetElapsedTime(started).TotalMilliseconds, cancellationToken);
            return imageId;
        }
        catch (DbUpdateException) when (key is not null)
        {
            // Two calls with one key raced, and the other's commit won. Any other error comes out: then the commit is uncertain, and the
            // blob must stay in case the row exists.
            db.Forget();
            if (await FirstUseAsync(key.Value, cancellationToken) is not { } winner)
            {
                throw;
            }

            return await RepeatAsync(winner, accepted);
        }
    }

    private async Task<string?> ToTellAsync(AcceptedImage accepted, Func<CancellationToken, Task<string?>>? notify, CancellationToken cancellationToken)
    {
        try
        {
            return notify is null ? null : await notify(cancellationToken);
        }
        catch
        {
            await blobs.DeleteAsync(accepted.Original.Id, CancellationToken.None);
            throw;
        }
    }

    private Task<UploadKeyRecord?> FirstUseAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var (hash, now) = (key.Hash, clock.GetUtcNow());
        return db.Keys.AsNoTracking().SingleOrDefaultAsync(x => x.KeyHash == hash && x.ExpiresAt > now, cancellationToken);
    }

    private async Task<Guid> RepeatAsync(UploadKeyRecord first, AcceptedImage accepted)
    {
        await blobs.DeleteAsync(accepted.Original.Id, CancellationToken.None);
        return first.ContentHash == accepted.Original.Id.Hash ? first.ImageId : throw new IdempotencyConflictException(first.ImageId);
    }

    private async Task CommitAsync(Guid imageId, AcceptedImage accepted, IdempotencyKey? key, string? notify, int durationMs, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var original = accepted.Original.Id.ToString();
        db.Images.Add(NewRecord(imageId, accepted, now, durationMs));
        if (key is { } used)
        {
            var hash = used.Hash;
            await db.Keys.Where(x => x.KeyHash == hash && x.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
            db.Keys.Add(new UploadKeyRecord { KeyHash = hash, ContentHash = accepted.Original.Id.Hash, ImageId = imageId, ExpiresAt = now + KeyLifetime });
        }

        await bus.Publish(new ImageUploaded(imageId, original, accepted.FileName, accepted.Original.Bytes, notify), cancellationToken);
        await db.SaveAsync(cancellationToken);
    }

    private static ImageRecord NewRecord(Guid imageId, AcceptedImage accepted, DateTimeOffset now, int durationMs)
    {
        var record = new ImageRecord
        {
            Id = imageId,
            FileName = accepted.FileName,
            Original = accepted.Original.Id.ToString(),
            Bytes = accepted.Original.Bytes,
            CreatedAt = now,
        };
        foreach (var step in ImageSteps.InOrder)
        {
            record.Steps.Add(step == ImageSteps.Upload
                ? new ImageStepRecord { ImageId = imageId, Name = step, Status = StepStatus.Done, Attempts = 1, DurationMs = durationMs }
                : new ImageStepRecord { ImageId = imageId, Name = step });
        }

        return record;
    }
}
