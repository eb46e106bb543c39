using Bus.Persistence.Outbox;
using Xunit;

namespace Bus.UnitTests.Persistence.Outbox;

public sealed class When_destinations_share_the_relay
{
    private readonly DestinationLanes _lanes = new(window: 8, memory: 40);

    [Fact]
    public void Should_give_each_a_window_of_its_own_and_keep_the_rest_in_order()
    {
        var full = Enumerable.Range(0, 11).Select(_ => Record("full")).ToArray();
        Assert.Equal([.. Enumerable.Repeat(true, 8), false, false, false], full.Select(_lanes.TryEnter));
        Assert.True(_lanes.TryEnter(Record("other")));
        Assert.Null(_lanes.TakeWaiting(full[0]));

        _lanes.Leave(full[0], confirmed: true);

        Assert.Same(full[8], _lanes.TakeWaiting(full[0]));
        Assert.Null(_lanes.TakeWaiting(full[0]));
    }

    [Fact]
    public void Should_let_one_at_a_time_try_a_destination_that_confirms_nothing_until_it_does()
    {
        var records = Enumerable.Range(0, 12).Select(_ => Record("full")).ToArray();
        Assert.Equal(8, records.Count(_lanes.TryEnter));

        _lanes.Refused(records[0]);
        foreach (var record in records[..7])
        {
            _lanes.Leave(record, confirmed: false);
            Assert.Null(_lanes.TakeWaiting(record));
        }

        _lanes.Leave(records[7], confirmed: false);
        Assert.Same(records[8], _lanes.TakeWaiting(records[7]));
        Assert.Null(_lanes.TakeWaiting(records[7]));

        _lanes.Leave(records[8], confirmed: true);
        Assert.Same(records[9], _lanes.TakeWaiting(records[8]));
        Assert.Same(records[10], _lanes.TakeWaiting(records[8]));
    }

    [Fact]
    public void Should_not_let_a_new_one_pass_those_that_wait()
    {
        var records = Enumerable.Range(0, 9).Select(_ => Record("full")).ToArray();
        Assert.Equal(8, records.Count(_lanes.TryEnter));
        _lanes.Leave(records[0], confirmed: true);

        Assert.False(_lanes.TryEnter(Record("full")));
        Assert.Same(records[8], _lanes.TakeWaiting(records[0]));
    }

    [Fact]
    public void Should_send_one_at_a_time_where_the_window_is_one()
    {
        var lanes = new DestinationLanes(window: 1, memory: 40);
        Assert.True(lanes.TryEnter(Record("full")));
        Assert.False(lanes.TryEnter(Record("full")));
    }

    [Fact]
    public void Should_set_the_longest_line_aside_until_half_of_what_is_allowed_is_left_of_it()
    {
        var opened = 0;
        _lanes.Opened += () => opened++;
        var full = Enumerable.Range(0, 8 + 12).Select(_ => Record("full")).ToArray();
        foreach (var record in full)
            _lanes.TryEnter(record);
        _lanes.TryEnter(Record("other"));

        Assert.Equal([], _lanes.CloseLongest());
        Assert.Null(_lanes.CloseLongest());
        Assert.Equal((12, false, true), (_lanes.SetAside, _lanes.IsOpen(Record("full")), _lanes.IsOpen(Record("other"))));
        Assert.Equal([full[0].Destination.OriginalString], _lanes.Closed);

        // 5 of 40 / 4 = 10 are left when 7 of the 12 have gone.
        foreach (var record in full[..7])
        {
            Assert.Equal(0, opened);
            _lanes.Leave(record, confirmed: true);
            _lanes.TakeWaiting(record);
        }

        Assert.Equal((1, 0, true), (opened, _lanes.SetAside, _lanes.IsOpen(Record("full"))));
        Assert.Empty(_lanes.Closed);
    }

    [Fact]
    public void Should_give_back_what_memory_has_no_room_for_when_several_lines_are_long()
    {
        foreach (var queue in new[] { "one", "two", "three" })
        {
            for (var number = 0; number < 38; number++)
                _lanes.TryEnter(Record(queue));
        }

        Assert.Equal([], _lanes.CloseLongest());
        Assert.NotEmpty(_lanes.CloseLongest()!);
        Assert.NotEmpty(_lanes.CloseLongest()!);
        Assert.Null(_lanes.CloseLongest());
        Assert.InRange(_lanes.SetAside, 38, 40 + 10);
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
