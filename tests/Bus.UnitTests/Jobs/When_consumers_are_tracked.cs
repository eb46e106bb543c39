using Bus.Jobs;
using Bus.Jobs.Tracking;
using MassTransit;
using MassTransit.JobService;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>Which consumers can be shown as jobs, and under which names.</summary>
public sealed class When_consumers_are_tracked
{
    private static readonly Uri Endpoint = new("loopback://localhost/orders");

    private readonly TrackedConsumers _consumers = new();

    [Fact]
    public void Should_refuse_one_that_takes_its_messages_in_batches()
    {
        var error = Assert.Throws<JobException>(() => _consumers.Add(typeof(Batching), new TrackOptions()));
        Assert.Contains("`Paid` in batches", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_refuse_one_that_consumes_nothing() => Assert.Contains("IConsumer<TMessage>", Assert.Throws<JobException>(() => _consumers.Add(typeof(Idle), new TrackOptions())).Message, StringComparison.Ordinal);

    [Fact]
    public void Should_refuse_one_that_is_tracked_already()
    {
        _consumers.Add(typeof(Counting), new TrackOptions());
        Assert.Throws<JobException>(() => _consumers.Add(typeof(Counting), new TrackOptions()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Should_refuse_a_name_that_cannot_be_stored(string name) => Assert.Throws<JobException>(() => _consumers.Add(typeof(Counting), new TrackOptions { Name = name }));

    [Fact]
    public void Should_say_the_message_of_one_that_consumes_several()
    {
        _consumers.Add(typeof(Counting), new TrackOptions { Name = "counting" });
        Assert.True(_consumers.Meet<Counting, Paid>(Endpoint));
        Assert.True(_consumers.Meet<Counting, Sold>(Endpoint));
        Assert.Equal(("counting/Paid", "orders"), _consumers.Find(JobMetadataCache<Counting, Paid>.GenerateJobTypeId("orders")) is { } paid ? (paid.Type, paid.Queue) : default);
        Assert.Equal("counting/Sold", _consumers.Find(JobMetadataCache<Counting, Sold>.GenerateJobTypeId("orders"))!.Type);
        Assert.False(_consumers.Meet<Batching, Batch<Paid>>(Endpoint));
        _consumers.RequireAll();
    }

    [Fact]
    public void Should_miss_one_that_is_on_no_endpoint()
    {
        _consumers.Add(typeof(Counting), new TrackOptions());
        Assert.Contains("`Track<Counting>`", Assert.Throws<JobException>(_consumers.RequireAll).Message, StringComparison.Ordinal);
    }

    private sealed record Paid;

    private sealed record Sold;

    private sealed class Counting : IConsumer<Paid>, IConsumer<Sold>
    {
        public Task Consume(ConsumeContext<Paid> context) => Task.CompletedTask;

        public Task Consume(ConsumeContext<Sold> context) => Task.CompletedTask;
    }

    private sealed class Batching : IConsumer<Batch<Paid>>
    {
        public Task Consume(ConsumeContext<Batch<Paid>> context) => Task.CompletedTask;
    }

    private sealed class Idle : IConsumer;
}
