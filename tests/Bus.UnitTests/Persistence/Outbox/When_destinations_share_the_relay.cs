using Bus.Persistence.Outbox;
using Xunit;

namespace Bus.UnitTests.Persistence.Outbox;

public sealed class When_destinations_share_the_relay
{
    private readonly DestinationLanes _lanes = new(window: 8);

    [Fact]
    public void Should_give_each_a_quarter_and_keep_the_rest_in_order()
    {
        var full = Enumerable.Range(0, 5).Select(_ => Record("full")).ToArray();
        Assert.Equal([true, true, false, false, false], full.Select(_lanes.TryEnter));
        Assert.True(_lanes.TryEnter(Record("other")));
        Assert.Null(_lanes.TakeWaiting(full[0]));

        _lanes.Leave(full[0], confirmed: true);

        Assert.Same(full[2], _lanes.TakeWaiting(full[0]));
        Assert.Null(_lanes.TakeWaiting(full[0]));
    }

    [Fact]
    public void Should_let_one_at_a_time_try_a_destination_that_confirms_nothing_until_it_does()
    {
        var records = Enumerable.Range(0, 6).Select(_ => Record("full")).ToArray();
        Assert.Equal([true, true, false, false, false, false], records.Select(_lanes.TryEnter));

        _lanes.Leave(records[0], confirmed: false);
        Assert.Null(_lanes.TakeWaiting(records[0]));
        _lanes.Leave(records[1], confirmed: false);
        Assert.Same(records[2], _lanes.TakeWaiting(records[1]));
        Assert.Null(_lanes.TakeWaiting(records[1]));

        _lanes.Leave(records[2], confirmed: true);
        Assert.Same(records[3], _lanes.TakeWaiting(records[2]));
        Assert.Same(records[4], _lanes.TakeWaiting(records[2]));
        Assert.Null(_lanes.TakeWaiting(records[2]));
    }

    [Fact]
    public void Should_not_let_a_new_one_pass_those_that_wait()
    {
        var records = Enumerable.Range(0, 3).Select(_ => Record("full")).ToArray();
        Assert.Equal([true, true, false], records.Select(_lanes.TryEnter));
        _lanes.Leave(records[0], confirmed: true);

        Assert.False(_lanes.TryEnter(Record("full")));
        Assert.Same(records[2], _lanes.TakeWaiting(records[0]));
    }

    [Fact]
    public void Should_send_one_at_a_time_where_the_window_is_one()
    {
        var lanes = new DestinationLanes(window: 1);
        Assert.True(lanes.TryEnter(Record("full")));
        Assert.False(lanes.TryEnter(Record("full")));
    }

    private static OutboxRecord Record(string queue) => new()
    {
        MessageId = Guid.NewGuid(),
        Destination = new Uri($"queue:{queue}"),
        Metadata = new MessageMetadata { ContentType = "application/json" },
        MetadataJson = "{}",
        Body = [],
    };
}
