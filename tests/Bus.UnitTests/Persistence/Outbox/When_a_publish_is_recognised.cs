using Bus.Persistence.Outbox;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Persistence.Outbox;

/// <summary>A publish taken for a send would not declare the bindings of the type, and subscribers of a base type would miss it.</summary>
public sealed class When_a_publish_is_recognised
{
    private static readonly string[] Buses = ["left", "right"];

    public sealed record Happened;

    public sealed record Elsewhere;

    [Fact]
    public async Task Should_recognise_it_on_two_buses_at_once()
    {
        var target = PublishTarget.Of<Happened>();
        await Task.WhenAll(Buses.Select(name => Task.Run(() =>
        {
            var bus = MassTransit.Bus.Factory.CreateUsingInMemory(new Uri($"loopback://{name}/"), _ => { });
            Assert.True(bus.Topology.TryGetPublishAddress<Happened>(out var address));
            for (var round = 0; round < 1_000_000; round++)
            {
                if (!target.IsAt(bus, address))
                    Assert.Fail($"A publish on the bus '{name}' was taken for a send in round {round}.");
            }
        })));
    }

    [Fact]
    public void Should_tell_it_from_a_send_and_from_the_publish_of_another_type()
    {
        var bus = MassTransit.Bus.Factory.CreateUsingInMemory(_ => { });
        Assert.True(bus.Topology.TryGetPublishAddress<Elsewhere>(out var elsewhere));
        Assert.False(PublishTarget.Of<Happened>().IsAt(bus, elsewhere));
        Assert.False(PublishTarget.Of<Happened>().IsAt(bus, new Uri("loopback://localhost/a-queue")));
    }

    [Theory]
    [InlineData("urn:message:No.Such:Type")]
    [InlineData("urn:message:MassTransit:Fault[[Bus.UnitTests:Nothing]]")]
    [InlineData("urn:message:System:DayOfWeek")]
    [InlineData("urn:other")]
    public void Should_find_no_target_for_what_this_process_does_not_know(string urn) => Assert.Null(PublishTarget.Find([urn]));

    [Fact]
    public void Should_find_the_target_of_a_nested_type_by_its_urn() => Assert.NotNull(PublishTarget.Find([MessageUrn.ForTypeString<Elsewhere>()]));
}
