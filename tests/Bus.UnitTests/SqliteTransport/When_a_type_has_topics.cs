using Bus.SqliteTransport.Topology;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.SqliteTransport;

public sealed class When_a_type_has_topics
{
    private readonly SqliteTopologyConfiguration _topology = new();

    public interface IThing;

    public interface IPicture : IThing;

    [ExcludeFromTopology]
    public interface IMarker;

    [Fact]
    public void Should_link_its_topic_to_those_of_what_it_implements()
    {
        var topics = _topology.Publish.TopicsOf<Photo>();
        Assert.Equal([Name(nameof(Photo))], topics.Topics);
        Assert.Equal(
            [new TopicLink(Name(nameof(IPicture)), Name(nameof(IThing))), new TopicLink(Name(nameof(Photo)), Name(nameof(IPicture)))],
            topics.Links.OrderBy(link => link.From, StringComparer.Ordinal));
    }

    [Fact]
    public void Should_be_published_to_the_address_of_its_topic()
    {
        Assert.True(_topology.Publish.TryGetPublishAddress(typeof(Photo), SqliteEndpointAddress.Host, out var address));
        Assert.Equal($"sqlite://localhost/{Name(nameof(Photo))}?type=topic", address!.ToString());
    }

    [Fact]
    public void Should_be_subscribed_to_once_however_many_consumers_want_it()
    {
        var consume = new SqliteTopologyConfiguration(_topology).Consume;
        consume.Subscribe<Photo>(routingKey: null);
        consume.Subscribe<Photo>(routingKey: null);
        consume.Subscribe<Photo>("large.#");
        consume.Subscribe("others", routingKey: null);
        Assert.Equal(
            [new("others", null), new TopicSubscription(Name(nameof(Photo)), null), new(Name(nameof(Photo)), "large.#")],
            consume.Subscriptions());
        Assert.Empty(_topology.Consume.Subscriptions());
    }

    private static string Name(string type) => $"{typeof(Photo).Namespace}:{nameof(When_a_type_has_topics)}-{type}";

    public sealed record Photo : IPicture, IMarker;
}
