using Bus.Services.Images.Blobs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.ContractTests.Blobs;

/// <summary>What every <see cref="IBlobStore"/> keeps. An implementation joins by deriving from it.</summary>
public abstract class BlobStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Guid _image = Guid.NewGuid();

    protected FakeTimeProvider Clock { get; } = new(DateTimeOffset.Parse("2031-05-06T07:08:09Z"));

    protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task Should_give_back_what_was_saved()
    {
        var saved = await SaveAsync(_image, [1, 2, 3]);
        Assert.Equal((3, BlobArea.Working, _image), (saved.Bytes, saved.Id.Area, saved.Id.ImageId));
        await using var stream = await Store.OpenReadAsync(saved.Id, None);
        Assert.True(stream.CanSeek);
        Assert.Equal(3, stream.Length);
        Assert.Equal([1, 2, 3], await ReadAsync(saved.Id));
    }

    [Fact]
    public async Task Should_take_synchronous_writes_as_native_code_makes_them()
    {
        var saved = await Store.SaveAsync(_image, (stream, token) => Task.Run(() => stream.Write([7, 8], 0, 2), token), None);
        Assert.Equal([7, 8], await ReadAsync(saved.Id));
    }

    [Fact]
    public async Task Should_give_the_same_id_to_the_same_bytes_of_an_image() =>
        Assert.Equal(await SaveAsync(_image, [1, 2, 3]), await SaveAsync(_image, [1, 2, 3]));

    [Fact]
    public async Task Should_keep_equal_bytes_of_another_image_when_one_is_removed()
    {
        var (mine, theirs) = (await SaveAsync(_image, [9, 9]), await SaveAsync(Guid.NewGuid(), [9, 9]));
        await Store.DeleteAsync(mine.Id, None);
        Assert.Equal([9, 9], await ReadAsync(theirs.Id));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => ReadAsync(mine.Id));
    }

    [Fact]
    public async Task Should_remove_twice_without_an_error()
    {
        var saved = await SaveAsync(_image, [4]);
        await Store.DeleteAsync(saved.Id, None);
        await Store.DeleteAsync(saved.Id, None);
    }

    [Fact]
    public async Task Should_keep_nothing_when_the_writer_fails()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.SaveAsync(_image, async (stream, token) =>
        {
            await stream.WriteAsync(new byte[100_000], token);
            throw new InvalidDataException();
        }, None));
        Clock.Advance(TimeSpan.FromDays(400 * 365));
        Assert.Equal(0, await Store.SweepAsync(TimeSpan.Zero, (_, _) => new(false), None));
    }

    [Fact]
    public async Task Should_move_a_working_blob_to_the_stored_area_once_and_again()
    {
        var working = await SaveAsync(_image, [5, 6]);
        var stored = await Store.PromoteAsync(working.Id, None);
        Assert.Equal(new StoredBlob(working.Id.In(BlobArea.Stored), 2), stored);
        Assert.Equal(stored, await Store.PromoteAsync(working.Id, None));
        Assert.Equal([5, 6], await ReadAsync(stored.Id));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => ReadAsync(working.Id));
    }

    [Fact]
    public async Task Should_say_which_blob_is_missing()
    {
        var id = BlobId.Parse($"working-{_image:N}-{new string('a', 64)}");
        var open = await Assert.ThrowsAsync<BlobNotFoundException>(() => ReadAsync(id));
        var promote = await Assert.ThrowsAsync<BlobNotFoundException>(() => Store.PromoteAsync(id, None));
        Assert.Contains(id.ToString(), open.Message);
        Assert.Contains(id.ToString(), promote.Message);
    }

    [Fact]
    public async Task Should_go_on_serving_an_open_blob_that_is_removed()
    {
        var saved = await SaveAsync(_image, [1, 2, 3]);
        await using var stream = await Store.OpenReadAsync(saved.Id, None);
        await Store.DeleteAsync(saved.Id, None);
        Assert.Equal(1, stream.ReadByte());
    }

    [Fact]
    public async Task Should_sweep_what_is_old_and_not_needed()
    {
        var (needed, orphan) = (await SaveAsync(_image, [1]), await SaveAsync(_image, [2]));
        Assert.Equal(0, await Store.SweepAsync(TimeSpan.FromDays(400 * 365), (_, _) => new(false), None));
        Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await Store.SweepAsync(TimeSpan.FromHours(24), (id, _) => new(id == needed.Id), None));
        Assert.Equal([1], await ReadAsync(needed.Id));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => ReadAsync(orphan.Id));
    }

    [Fact]
    public async Task Should_bear_many_writers_of_the_same_bytes()
    {
        var saved = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => SaveAsync(_image, new byte[50_000]))));
        Assert.Single(saved.Distinct());
        Assert.Equal(50_000, (await ReadAsync(saved[0].Id)).Length);
    }

    protected Task<StoredBlob> SaveAsync(Guid image, byte[] bytes) =>
        Store.SaveAsync(image, async (stream, token) => await stream.WriteAsync(bytes, token), None);

    protected async Task<byte[]> ReadAsync(BlobId id)
    {
        await using var stream = await Store.OpenReadAsync(id, None);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
