using Bus.Services.Images.Events;
using Bus.Services.Images.Http;
using Bus.Services.Images.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.UnitTests.Services.Images.Api;

public class When_an_image_is_followed
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ImageNewsHub _hub = new();

    [Fact]
    public async Task Should_show_the_present_then_news_as_it_comes()
    {
        await using var tables = await ImageTables.CreateAsync();
        var id = await tables.AddAsync();
        await using var views = Follow(tables, id);

        Assert.True(await views.MoveNextAsync());
        Assert.Equal("waiting", Step(views.Current, "resize"));
        var next = views.MoveNextAsync().AsTask();
        _hub.Tell(new ImageNews(id, new StepView("resize", "running", 0, 0)));
        Assert.True(await next);
        Assert.Equal("running", Step(views.Current, "resize"));
    }

    [Fact]
    public async Task Should_not_go_back_when_news_overtakes()
    {
        await using var tables = await ImageTables.CreateAsync();
        var id = await tables.AddAsync();
        await using var views = Follow(tables, id);
        await views.MoveNextAsync();

        var next = views.MoveNextAsync().AsTask();
        _hub.Tell(new ImageNews(id, new StepView("resize", "done", 1, 5)));
        Assert.True(await next);
        next = views.MoveNextAsync().AsTask();
        _hub.Tell(new ImageNews(id, new StepView("resize", "running", 0, 0)));
        _hub.Tell(new ImageNews(id, new StepView("compress", "running", 0, 0)));

        Assert.True(await next);
        Assert.Equal(("done", "running"), (Step(views.Current, "resize"), Step(views.Current, "compress")));
    }

    [Fact]
    public async Task Should_find_the_end_in_the_row_when_all_news_was_missed()
    {
        await using var tables = await ImageTables.CreateAsync();
        var id = await tables.AddAsync();
        await using var views = Follow(tables, id);
        await views.MoveNextAsync();
        var next = views.MoveNextAsync().AsTask();

        await EndAsync(tables, id);
        _clock.Advance(ImageStream.QuietLook);

        Assert.True(await next);
        Assert.All(views.Current!.Steps, x => Assert.Equal("done", x.Status));
        Assert.True(await views.MoveNextAsync());
        Assert.Equal("ready", views.Current!.Status);
        Assert.False(await views.MoveNextAsync());
    }

    [Fact]
    public async Task Should_give_a_sign_of_life_while_nothing_happens()
    {
        await using var tables = await ImageTables.CreateAsync();
        await using var views = Follow(tables, await tables.AddAsync());
        await views.MoveNextAsync();
        var next = views.MoveNextAsync().AsTask();

        _clock.Advance(ImageStream.QuietLook);

        Assert.True(await next);
        Assert.Null(views.Current);
    }

    [Fact]
    public async Task Should_show_an_image_that_has_ended_once()
    {
        await using var tables = await ImageTables.CreateAsync();
        var id = await tables.AddAsync();
        await EndAsync(tables, id);
        await using var views = Follow(tables, id);

        Assert.True(await views.MoveNextAsync());
        Assert.Equal("ready", views.Current!.Status);
        Assert.False(await views.MoveNextAsync());
    }

    [Fact]
    public async Task Should_leave_nothing_behind_when_the_reader_leaves()
    {
        await using var tables = await ImageTables.CreateAsync();
        using var left = new CancellationTokenSource();
        var views = Follow(tables, await tables.AddAsync(), left.Token);
        await views.MoveNextAsync();
        Assert.Equal(1, _hub.Count);

        var next = views.MoveNextAsync().AsTask();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await views.DisposeAsync();
        Assert.Equal(0, _hub.Count);
    }

    private static string Step(ImageView? view, string name) => view!.Steps.Single(x => x.Name == name).Status;

    private static Task EndAsync(ImageTables tables, Guid id) => tables.WithAsync(async db =>
    {
        await db.Steps.Where(x => x.ImageId == id).ExecuteUpdateAsync(x => x.SetProperty(y => y.Status, StepStatus.Done));
        await db.Images.Where(x => x.Id == id).ExecuteUpdateAsync(x => x.SetProperty(y => y.Status, ImageStatus.Ready));
    });

    private IAsyncEnumerator<ImageView?> Follow(ImageTables tables, Guid id, CancellationToken cancellationToken = default) =>
        new ImageStream(_hub, tables.Scopes, _clock).FollowAsync(id, cancellationToken).GetAsyncEnumerator(cancellationToken);
}
