using Bus.Services.Images.Blobs;
using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Blobs;

public sealed class When_blobs_are_in_a_folder : BlobStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FolderBlobStore? _store;

    protected override IBlobStore Store => _store ??= new FolderBlobStore(_folder["data"], new FileClock(Clock));

    [Fact]
    public async Task Should_write_under_the_data_folder_only_and_leave_no_temporary_file()
    {
        var saved = await SaveAsync(Guid.NewGuid(), [1]);
        await Store.PromoteAsync(saved.Id, CancellationToken.None);
        var file = Assert.Single(Directory.EnumerateFiles(_folder.FullPath, "*", SearchOption.AllDirectories));
        Assert.StartsWith(Path.Combine(_folder["data"], "blobs", "stored"), file);
    }

    [Fact]
    public async Task Should_be_shared_by_processes()
    {
        var saved = await SaveAsync(Guid.NewGuid(), [1, 2]);
        var other = new FolderBlobStore(_folder["data"], Clock);
        await using var stream = await other.OpenReadAsync(saved.Id, CancellationToken.None);
        Assert.Equal(2, stream.Length);
    }

    [Fact]
    public async Task Should_sweep_the_temporary_files_of_writers_that_died()
    {
        await SaveAsync(Guid.NewGuid(), [1]);
        var left = Path.Combine(_folder["data"], "blobs", "temp", "left.tmp");
        await File.WriteAllTextAsync(left, "half a pho");
        Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await Store.SweepAsync(TimeSpan.FromHours(24), (_, _) => new(true), CancellationToken.None));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task Should_leave_files_alone_that_are_not_its_own()
    {
        await SaveAsync(Guid.NewGuid(), [1]);
        var note = Path.Combine(_folder["data"], "blobs", "README");
        await File.WriteAllTextAsync(note, "mine");
        Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await Store.SweepAsync(TimeSpan.FromHours(24), (_, _) => new(false), CancellationToken.None));
        Assert.True(File.Exists(note));
    }

    public void Dispose() => _folder.Dispose();

    // Files carry the machine's time: the fake clock's way from its start is added to it.
    private sealed class FileClock(TimeProvider fake) : TimeProvider
    {
        private readonly DateTimeOffset _start = fake.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + (fake.GetUtcNow() - _start);
    }
}
