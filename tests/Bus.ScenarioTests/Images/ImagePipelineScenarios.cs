using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Bus.Contracts.Images;
using Bus.TestSupport;
using Bus.UnitTests.Services.Images;
using NetVips;
using Xunit;

namespace Bus.ScenarioTests.Images;

/// <summary>What a user of the image API is promised, through the real host and its HTTP door, whatever it runs on.</summary>
public abstract class ImagePipelineScenarios<TFixture>(TFixture fixture) : IClassFixture<TFixture>
    where TFixture : ImageAppFixture
{
    protected TFixture Fixture { get; } = fixture;

    private ImageApp App => Fixture.App;

    [Theory]
    [InlineData("ordinary.jpg", 1200, 800, "image/jpeg")]
    [InlineData("turned.jpg", 1000, 1500, "image/jpeg")]
    [InlineData("cmyk.jpg", 300, 200, "image/jpeg")]
    [InlineData("deep.png", 300, 200, "image/jpeg")]
    [InlineData("transparent.png", 300, 200, null)]
    [InlineData("picture.webp", 300, 200, null)]
    [InlineData("dot.png", 1, 1, null)]
    public async Task Should_bring_a_good_image_to_its_end(string name, int width, int height, string? contentType)
    {
        var id = await App.UploadAsync(Good(name), name);

        var image = await App.EndAsync(id);
        Assert.Equal(("ready", null, $"/api/images/{id:D}/content"), (image.Status, image.Error, image.ContentUrl));
        Assert.Equal(ImageSteps.InOrder, image.Steps.Select(x => x.Name));
        Assert.All(image.Steps, x => Assert.Equal(("done", true), (x.Status, x.Attempts >= 1)));
        Assert.Equal(image.Status, (await App.ShowAsync(id)).Status);

        using var answer = await App.ContentAsync(id);
        using var content = Image.NewFromBuffer(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal((width, height), (content.Width, content.Height));
        Assert.Equal(contentType ?? answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("image/", answer.Content.Headers.ContentType?.MediaType, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("empty file", 400)]
    [InlineData("text named .jpg", 415)]
    [InlineData("SVG with an external entity", 415)]
    [InlineData("decompression bomb", 422)]
    [InlineData("animated GIF", 422)]
    [InlineData("over the limit", 413)]
    [InlineData("header cut off", 422)]
    public async Task Should_refuse_a_bad_file_at_the_door(string what, int status)
    {
        using var answer = await App.PostAsync(Bad(what));

        await Should_be_a_problem(answer, status);
        await Should_still_serve();
    }

    [Fact]
    public async Task Should_refuse_what_is_no_form()
    {
        using var nothing = await App.Http.PostAsync(ImageApp.Relative("/api/images"), null);
        await Should_be_a_problem(nothing, 415);

        using var json = await App.Http.PostAsJsonAsync(ImageApp.Relative("/api/images"), new { file = "x" });
        await Should_be_a_problem(json, 415);

        using var noBoundary = new ByteArrayContent([1]) { Headers = { ContentType = new MediaTypeHeaderValue("multipart/form-data") } };
        using var unbound = await App.Http.PostAsync(ImageApp.Relative("/api/images"), noBoundary);
        await Should_be_a_problem(unbound, 400);

        using var other = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var noFile = await App.Http.PostAsync(ImageApp.Relative("/api/images"), other);
        await Should_be_a_problem(noFile, 400);

        using var empty = new ByteArrayContent([]) { Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") } };
        using var noBody = await App.Http.PostAsync(ImageApp.Relative("/api/images"), empty);
        await Should_be_a_problem(noBody, 400);

        using var broken = new StringContent("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n\u00ff\u00d8\u00ff cut");
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var cut = await App.Http.PostAsync(ImageApp.Relative("/api/images"), broken);
        await Should_be_a_problem(cut, 400, 415);
    }

    [Fact]
    public async Task Should_end_as_failed_with_a_reason_when_the_damage_shows_only_inside()
    {
        var whole = Good("noise.jpg");
        var id = await App.UploadAsync(whole[..(whole.Length / 2)]);

        var image = await App.EndAsync(id);
        Assert.Equal(("failed", null), (image.Status, image.ContentUrl));
        Assert.False(string.IsNullOrWhiteSpace(image.Error));
        Assert.Equal("failed", image.Steps.Single(x => x.Name == ImageSteps.Resize).Status);
        using var content = await App.ContentAsync(id);
        await Should_be_a_problem(content, 404);
        await Eventually.AssertAsync(() => BlobsOf(id).Count == 0, because: () => string.Join(", ", BlobsOf(id)));
        await Should_still_serve();
    }

    [Fact]
    public async Task Should_keep_nothing_but_the_result_once_ready()
    {
        var id = await App.UploadAsync(Good("turned.jpg"));
        await App.EndAsync(id);

        await Eventually.AssertAsync(() => BlobsOf(id).Count == 1, because: () => string.Join(", ", BlobsOf(id)));
        Assert.Contains($"{Path.DirectorySeparatorChar}stored{Path.DirectorySeparatorChar}", BlobsOf(id)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_write_nothing_outside_its_folder_whatever_the_file_is_called()
    {
        var outside = Path.Combine(Path.GetDirectoryName(Fixture.DataFolder)!, "evil.jpg");

        var id = await App.UploadAsync(Good("dot.png"), "../../evil.jpg");

        Assert.Equal("ready", (await App.EndAsync(id)).Status);
        Assert.False(File.Exists(outside));
        Assert.Equal([Fixture.DataFolder], Directory.GetFileSystemEntries(Path.GetDirectoryName(Fixture.DataFolder)!));
    }

    [Fact]
    public async Task Should_run_once_for_one_idempotency_key()
    {
        var key = Guid.NewGuid().ToString();
        var photo = Good("dot.png");

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => App.UploadAsync(photo, key: key)));
        var again = await App.UploadAsync(photo, key: key);

        Assert.Single(ids.Append(again).Distinct());
        using var other = await App.PostAsync(Good("ordinary.jpg"), key: key);
        await Should_be_a_problem(other, 422);
        using var tooLong = await App.PostAsync(photo, key: new string('k', 201));
        await Should_be_a_problem(tooLong, 400);
        Assert.NotEqual(again, await App.UploadAsync(photo, key: key.ToUpperInvariant() + "2"));
    }

    [Fact]
    public async Task Should_stream_every_step_to_the_end_and_then_stop()
    {
        var id = await App.UploadAsync(Good("ordinary.jpg"));

        var events = await App.FollowAsync(id);

        Assert.Equal("ready", events[^1].Event);
        Assert.All(events.SkipLast(1), x => Assert.Equal(("progress", "processing"), (x.Event, x.View.Status)));
        Assert.Equal(["ready"], (await App.FollowAsync(id)).Select(x => x.Event));
        using var unknown = await App.Http.GetAsync(ImageApp.Relative($"/api/images/{Guid.NewGuid():D}/events"));
        await Should_be_a_problem(unknown, 404);
    }

    [Fact]
    public async Task Should_serve_the_result_for_caches_and_in_parts()
    {
        var id = await App.UploadAsync(Good("ordinary.jpg"));
        await App.EndAsync(id);

        using var whole = await App.ContentAsync(id);
        var bytes = await whole.Content.ReadAsByteArrayAsync();
        Assert.Contains("immutable", whole.Headers.CacheControl?.ToString(), StringComparison.Ordinal);

        using var same = new HttpRequestMessage(HttpMethod.Get, ImageApp.Relative($"/api/images/{id:D}/content")) { Headers = { IfNoneMatch = { whole.Headers.ETag! } } };
        using var unchanged = await App.Http.SendAsync(same);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var part = new HttpRequestMessage(HttpMethod.Get, ImageApp.Relative($"/api/images/{id:D}/content")) { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var partial = await App.Http.SendAsync(part);
        Assert.Equal(HttpStatusCode.PartialContent, partial.StatusCode);
        Assert.Equal(bytes[10..20], await partial.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Should_say_that_it_does_not_know_an_image()
    {
        using var image = await App.Http.GetAsync(ImageApp.Relative($"/api/images/{Guid.NewGuid():D}"));
        await Should_be_a_problem(image, 404);
        using var content = await App.ContentAsync(Guid.NewGuid());
        await Should_be_a_problem(content, 404);
        using var nonsense = await App.Http.GetAsync(ImageApp.Relative("/api/images/nonsense"));
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (nonsense.StatusCode, nonsense.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Should_describe_itself_and_its_health()
    {
        var api = await App.Http.GetFromJsonAsync<JsonElement>(ImageApp.Relative("/openapi/v1.json"));
        Assert.Superset(
            new HashSet<string>(["/api/images", "/api/images/{id}", "/api/images/{id}/events", "/api/images/{id}/content"], StringComparer.Ordinal),
            api.GetProperty("paths").EnumerateObject().Select(x => x.Name.TrimEnd('/')).ToHashSet(StringComparer.Ordinal));

        var health = await App.Http.GetFromJsonAsync<JsonElement>(ImageApp.Relative("/health/ready"));
        Assert.Equal("Healthy", health.GetProperty("status").GetString());
        using var live = await App.Http.GetAsync(ImageApp.Relative("/health/live"));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    protected static byte[] Good(string name) => name switch
    {
        "ordinary.jpg" => TestImages.Jpeg(TestImages.Cornered(2400, 1600)).ToArray(),
        "turned.jpg" => TestImages.Jpeg(TestImages.Cornered(1500, 1000), orientation: 6).ToArray(),
        "cmyk.jpg" => TestImages.Cornered(300, 200).IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(),
        "deep.png" => (TestImages.Cornered(300, 200) * 257.0).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16).PngsaveBuffer(),
        "transparent.png" => TestImages.Cornered(300, 200).Bandjoin(128).PngsaveBuffer(),
        "picture.webp" => TestImages.WebP(TestImages.Cornered(300, 200)).ToArray(),
        "noise.jpg" => Image.Gaussnoise(800, 600, mean: 128, sigma: 40).Cast(Enums.BandFormat.Uchar).JpegsaveBuffer(),
        _ => TestImages.Png(TestImages.Plain(1, 1, TestImages.Red)).ToArray(),
    };

    private static byte[] Bad(string what) => what switch
    {
        "empty file" => [],
        "text named .jpg" => "This is a letter to my aunt, and no picture at all."u8.ToArray(),
        "SVG with an external entity" =>
            """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>"""u8.ToArray(),
        "decompression bomb" => TestImages.PngHeader(50_000, 50_000).ToArray(),
        "animated GIF" => TestImages.Gif(TestImages.TwoFrames(20)).ToArray(),
        "over the limit" => [.. Good("dot.png"), .. new byte[ImageAppFixture.MaxBytes + 1]],
        _ => Good("ordinary.jpg")[..100],
    };

    private static async Task Should_be_a_problem(HttpResponseMessage answer, params int[] statuses)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(statuses.Contains((int)answer.StatusCode), $"{(int)answer.StatusCode}: {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("title").GetString()));
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
    }

    private async Task Should_still_serve() => Assert.Equal("ready", (await App.EndAsync(await App.UploadAsync(Good("dot.png")))).Status);

    private List<string> BlobsOf(Guid id) => [.. Directory.GetFiles(Path.Combine(Fixture.DataFolder, "blobs"), $"{id:N}-*", SearchOption.AllDirectories)];
}
