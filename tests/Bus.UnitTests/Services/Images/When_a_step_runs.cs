using Bus.Contracts.Images;
using Bus.Services.Images;
using Bus.Services.Images.Blobs;
using Bus.Services.Images.Steps;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Services.Images;

public sealed class When_a_step_runs
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Guid _image = Guid.NewGuid();
    private readonly Dictionary<Type, int> _answers = [];
    private readonly InMemoryBlobStore _blobs = new(TimeProvider.System);

    [Fact]
    public async Task Should_lead_a_photo_to_its_reader_step_by_step()
    {
        await using var provider = Provide();
        var harness = await provider.StartTestHarness();
        var original = await SaveAsync(TestImages.Jpeg(TestImages.Cornered(1600, 1000), orientation: 6));

        var resized = await AskAsync<ResizeImage, ImageResized>(harness, new(_image, original, 1200));
        Assert.Equal((1000, 1600, 1), (resized.Width, resized.Height, resized.Run.Attempt));
        var compressed = await AskAsync<CompressImage, ImageCompressed>(harness, new(_image, resized.Result, 85));
        var marked = await AskAsync<WatermarkImage, ImageWatermarked>(harness, new(_image, compressed.Result, "Made with Bus", 85));
        var stored = await AskAsync<StoreImage, ImageStored>(harness, new(_image, marked.Result));
        var ready = await AskAsync<NotifyImageReady, ImageReady>(harness, new(_image, stored.Content, stored.ContentType));

        Assert.Equal((stored.Content, "image/jpeg", "image/jpeg"), (ready.Content, ready.ContentType, marked.ContentType));
        await using var content = await _blobs.OpenReadAsync(BlobId.Parse(ready.Content), None);
        Assert.Equal(stored.Bytes, content.Length);
    }

    [Fact]
    public async Task Should_give_the_same_result_when_it_runs_again()
    {
        await using var provider = Provide();
        var harness = await provider.StartTestHarness();
        var original = await SaveAsync(TestImages.Png(TestImages.Cornered(300, 200)));
        var resized = await AskAsync<ResizeImage, ImageResized>(harness, new(_image, original, 1200));
        var again = await AskAsync<ResizeImage, ImageResized>(harness, new(_image, original, 1200));
        Assert.Equal(resized.Result, again.Result);
        var stored = await AskAsync<StoreImage, ImageStored>(harness, new(_image, resized.Result));
        var storedAgain = await AskAsync<StoreImage, ImageStored>(harness, new(_image, resized.Result));
        Assert.Equal(stored.Content, storedAgain.Content);
        Assert.Equal(2, _blobs.Ids.Count);
    }

    [Fact]
    public async Task Should_reject_a_photo_that_is_cut_off_and_keep_nothing()
    {
        await using var provider = Provide();
        var harness = await provider.StartTestHarness();
        var whole = TestImages.Jpeg(TestImages.Cornered(900, 900).Gaussblur(3)).ToArray();
        var original = await SaveAsync(new MemoryStream(whole[..(whole.Length / 2)]));
        var rejected = await AskAsync<ResizeImage, ImageStepRejected>(harness, new(_image, original, 1200));
        Assert.Equal((ImageSteps.Resize, _image), (rejected.Step, rejected.ImageId));
        Assert.Contains("cut off", rejected.Reason);
        Assert.Single(_blobs.Ids);
        Assert.False(await harness.Published.Any<Fault<ResizeImage>>(x => x.Context.Message.Message.ImageId == _image, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Should_reject_a_photo_whose_bytes_are_gone()
    {
        await using var provider = Provide();
        var harness = await provider.StartTestHarness();
        var gone = $"working-{_image:N}-{new string('0', 64)}";
        var rejected = await AskAsync<CompressImage, ImageStepRejected>(harness, new(_image, gone, 85));
        Assert.Contains("gone", rejected.Reason);
    }

    [Fact]
    public async Task Should_remove_an_images_own_blobs_and_no_others()
    {
        await using var provider = Provide();
        var harness = await provider.StartTestHarness();
        var (mine, other) = (await SaveAsync(new MemoryStream([1])), await SaveAsync(new MemoryStream([2]), Guid.NewGuid()));
        await harness.Bus.Publish(new RemoveImageBlobs(_image, [mine], null));
        Assert.True(await harness.GetConsumerHarness<RemoveImageBlobsConsumer>().Consumed.Any<RemoveImageBlobs>());
        Assert.Equal(other, Assert.Single(_blobs.Ids).ToString());
        await harness.Bus.Publish(new RemoveImageBlobs(_image, [other], null));
        Assert.True(await harness.Published.Any<Fault<RemoveImageBlobs>>());
        Assert.Single(_blobs.Ids);
    }

    // The harness keeps all that was published: the n-th question of a kind has the n-th answer.
    private async Task<TAnswer> AskAsync<TCommand, TAnswer>(ITestHarness harness, TCommand command)
        where TCommand : class
        where TAnswer : class
    {
        var before = _answers.GetValueOrDefault(typeof(TAnswer));
        _answers[typeof(TAnswer)] = before + 1;
        await harness.Bus.Publish(command);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answers = harness.Published.SelectAsync<TAnswer>(deadline.Token);
        return (await answers.Skip(before).FirstAsync()).Context.Message;
    }

    private async Task<string> SaveAsync(MemoryStream bytes, Guid? image = null) =>
        (await _blobs.SaveAsync(image ?? _image, (stream, token) => bytes.CopyToAsync(stream, token), None)).Id.ToString();

    private ServiceProvider Provide() => new ServiceCollection()
        .AddSingleton<IBlobStore>(_blobs)
        .AddImageServices(new ConfigurationBuilder().Build())
        .AddMassTransitTestHarness(x => x.AddImageConsumers())
        .BuildServiceProvider(validateScopes: true);
}
