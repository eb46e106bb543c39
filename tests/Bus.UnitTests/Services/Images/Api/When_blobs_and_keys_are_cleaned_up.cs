using System.Text;
using Bus.Services.Images.Blobs;
using Bus.Services.Images.Cleanup;
using Bus.Services.Images.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.UnitTests.Services.Images.Api;

public class When_blobs_and_keys_are_cleaned_up
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(50));

    [Fact]
    public async Task Should_remove_what_no_image_needs_once_it_is_old()
    {
        await using var tables = await ImageTables.CreateAsync();
        var blobs = new InMemoryBlobStore(_clock);
        var orphan = await SaveAsync(blobs, Guid.NewGuid());
        var processing = await SaveAsync(blobs, await tables.AddAsync());
        var ready = await SaveAsync(blobs, await tables.AddAsync());
        var content = (await blobs.PromoteAsync((await SaveAsync(blobs, ready.ImageId, "result")), CancellationToken.None)).Id;
        await tables.WithAsync(db => db.Images.Where(x => x.Id == ready.ImageId)
            .ExecuteUpdateAsync(x => x.SetProperty(y => y.Status, ImageStatus.Ready).SetProperty(y => y.Content, content.ToString())));
        await using var cleanup = new ImageCleanup(tables.Scopes, blobs, _clock, NullLogger<ImageCleanup>.Instance);

        await cleanup.RunOnceAsync(CancellationToken.None);
        Assert.True(await ExistsAsync(blobs, orphan));

        _clock.Advance(ImageCleanup.YoungestOrphan + TimeSpan.FromSeconds(1));
        await cleanup.RunOnceAsync(CancellationToken.None);
        Assert.Equal(
            (false, true, false, true),
            (await ExistsAsync(blobs, orphan), await ExistsAsync(blobs, processing), await ExistsAsync(blobs, ready), await ExistsAsync(blobs, content)));
    }

    [Fact]
    public async Task Should_forget_keys_that_have_expired()
    {
        await using var tables = await ImageTables.CreateAsync();
        var now = _clock.GetUtcNow();
        await tables.WithAsync(db =>
        {
            db.Keys.Add(new UploadKeyRecord { KeyHash = "old", ExpiresAt = now });
            db.Keys.Add(new UploadKeyRecord { KeyHash = "new", ExpiresAt = now.AddSeconds(1) });
            return db.SaveAsync(CancellationToken.None);
        });
        await using var cleanup = new ImageCleanup(tables.Scopes, new InMemoryBlobStore(_clock), _clock, NullLogger<ImageCleanup>.Instance);

        await cleanup.RunOnceAsync(CancellationToken.None);

        await tables.WithAsync(async db => Assert.Equal(["new"], await db.Keys.Select(x => x.KeyHash).ToListAsync()));
    }

    private static async Task<BlobId> SaveAsync(InMemoryBlobStore blobs, Guid image, string text = "bytes") =>
        (await blobs.SaveAsync(image, (to, token) => to.WriteAsync(Encoding.UTF8.GetBytes(text), token).AsTask(), CancellationToken.None)).Id;

    private static async Task<bool> ExistsAsync(InMemoryBlobStore blobs, BlobId id)
    {
        try
        {
            await using var content = await blobs.OpenReadAsync(id, CancellationToken.None);
            return true;
        }
        catch (BlobNotFoundException)
        {
            return false;
        }
    }
}
