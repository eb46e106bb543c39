using Bus.Services.Images;
using Bus.Services.Images.Blobs;
using Bus.Services.Images.Intake;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Services.Images;

public sealed class When_a_photo_is_taken_in
{
    private readonly InMemoryBlobStore _blobs = new(TimeProvider.System);

    [Fact]
    public async Task Should_be_saved_byte_for_byte()
    {
        var photo = TestImages.Jpeg(TestImages.Cornered(400, 300));
        var accepted = await AcceptAsync(photo, "holiday.jpg");
        await using var saved = await _blobs.OpenReadAsync(accepted.Original.Id, CancellationToken.None);
        using var copy = new MemoryStream();
        await saved.CopyToAsync(copy);
        Assert.Equal(photo.ToArray(), copy.ToArray());
        Assert.Equal((photo.Length, "holiday.jpg"), (accepted.Original.Bytes, accepted.FileName));
    }

    [Fact]
    public async Task Should_leave_nothing_when_it_is_refused()
    {
        var tooMany = TestImages.PngHeader(50_000, 50_000);
        Assert.Equal(RejectionKind.Unprocessable, await RejectedAsync(tooMany));
        Assert.Equal(RejectionKind.Empty, await RejectedAsync(new MemoryStream()));
        Assert.Equal(RejectionKind.UnsupportedType, await RejectedAsync(new MemoryStream("hello"u8.ToArray())));
        Assert.Empty(_blobs.Ids);
    }

    [Fact]
    public async Task Should_stop_reading_at_the_limit()
    {
        using var endless = new EndlessPhoto();
        Assert.Equal(RejectionKind.TooLarge, await RejectedAsync(endless));
        Assert.InRange(endless.Given, 1_000_000, 1_200_000);
        Assert.Empty(_blobs.Ids);
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\boot.ini", "boot.ini")]
    [InlineData("C:\\Photos\\a.jpg", "a.jpg")]
    [InlineData("..", "unnamed")]
    [InlineData("a/", "unnamed")]
    [InlineData(null, "unnamed")]
    [InlineData("  a\r\nb\0.jpg ", "ab.jpg")]
    [InlineData("photo\u202Egpj.exe", "photogpj.exe")]
    [InlineData("Größe.jpg", "Größe.jpg")]
    public void Should_have_a_name_that_can_be_shown(string? given, string shown) => Assert.Equal(shown, DisplayName.From(given));

    [Fact]
    public void Should_have_a_name_of_bounded_length() => Assert.Equal(DisplayName.MaxLength, DisplayName.From(new string('x', 5000)).Length);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("working-../../../../etc/passwd0000000000-0")]
    [InlineData("working-00000000000000000000000000000000-")]
    [InlineData("temp-00000000000000000000000000000000-0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("WORKING-00000000000000000000000000000000-0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("working-0000000000000000000000000000000A-0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("")]
    [InlineData(null)]
    public void Should_be_named_by_ids_in_which_no_path_can_hide(string? text) => Assert.False(BlobId.TryParse(text, out _));

    private async Task<RejectionKind> RejectedAsync(Stream content) =>
        (await Assert.ThrowsAsync<ImageRejectedException>(() => AcceptAsync(content, "a.jpg"))).Kind;

    private Task<AcceptedImage> AcceptAsync(Stream content, string name) =>
        new ImageIntake(_blobs, Options.Create(new ImageOptions { MaxBytes = 1_000_000 })).AcceptAsync(Guid.NewGuid(), content, name, CancellationToken.None);

    private sealed class EndlessPhoto : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill(0xFF);
            if (Given == 0)
                buffer.Span[1] = 0xD8;
            Given += buffer.Length;
            return new(buffer.Length);
        }
    }
}
