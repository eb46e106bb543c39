using Bus.Persistence.Outbox;
using Xunit;

namespace Bus.UnitTests.Persistence.Outbox;

public sealed class When_destinations_share_the_relay
{
    private const LaneEntry Waits = LaneEntry.Waits;
    private const LaneEntry Sends = LaneEntry.Sends;
    private const LaneEntry Beside = LaneEntry.SendsBeside;

    private readonly DestinationLanes _lanes = new(window: 8, memory: 40);

    [Fact]
    public void Should_give_each_a_quarter_and_keep_the_rest_in_order()
    {
        Assert.Equal(Sends, _lanes.Enter(Record("other")));
        var full = Enumerable.Range(0, 5).Select(_ => Record("full")).ToArray();
        Assert.Equal([Sends, Sends, Waits, Waits, Waits], full.Select(_lanes.Enter));
        Assert.Equal(Sends, _lanes.Enter(Record("third")));
        Assert.Null(_lanes.TakeWaiting(full[0]));

        _lanes.Leave(full[0], confirmed: true);

        Assert.Same(full[2], _lanes.TakeWaiting(full[0]));
        Assert.Null(_lanes.TakeWaiting(full[0]));
    }

    [Fact]
    public void Should_give_all_to_one_that_is_alone_until_another_comes()
    {
        var alone = Enumerable.Range(0, 9).Select(_ => Record("alone")).ToArray();
        Assert.Equal([Sends, Sends, .. Enumerable.Repeat(Beside, 6), Waits], alone.Select(_lanes.Enter));

        Assert.Equal(Sends, _lanes.Enter(Record("other")));
        foreach (var record in alone[..6])
        {
            _lanes.Leave(record, confirmed: true);
            Assert.Null(_lanes.TakeWaiting(record));
        }

        _lanes.Leave(alone[6], confirmed: true);
        Assert.Same(alone[8], _lanes.TakeWaiting(alone[6]));
        Assert.True(_lanes.HasShare(alone[8]));
    }

    [Fact]
    public void Should_let_one_at_a_time_try_a_destination_that_confirms_nothing_until_it_does()
    {
        Assert.Equal(Sends, _lanes.Enter(Record("other")));
        var records = Enumerable.Range(0, 6).Select(_ => Record("full")).ToArray();
        Assert.Equal([Sends, Sends, Waits, Waits, Waits, Waits], records.Select(_lanes.Enter));

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
        Assert.Equal(Sends, _lanes.Enter(Record("other")));
        var records = Enumerable.Range(0, 3).Select(_ => Record("full")).ToArray();
        Assert.Equal([Sends, Sends, Waits], records.Select(_lanes.Enter));
        _lanes.Leave(records[0], confirmed: true);

        Assert.Equal(Waits, _lanes.Enter(Record("full")));
        Assert.Same(records[2], _lanes.TakeWaiting(records[0]));
    }

    [Fact]
    public void Should_send_one_at_a_time_where_the_window_is_one()
    {
        var lanes = new DestinationLanes(window: 1, memory: 40);
        Assert.Equal(Sends, lanes.Enter(Record("full")));
        Assert.Equal(Waits, lanes.Enter(Record("full")));
    }

    [Fact]
    public void Should_set_the_longest_line_aside_until_half_of_what_is_allowed_is_left_of_it()
    {
        var opened = 0;
        _lanes.Opened += () => opened++;
        var full = Enumerable.Range(0, 8 + 12).Select(_ => Record("full")).ToArray();
        foreach (var record in full)
            _lanes.Enter(record);
        _lanes.Enter(Record("other"));

        Assert.Equal([], _lanes.CloseLongest());
        Assert.Null(_lanes.CloseLongest());
        Assert.Equal((12, false, true), (_lanes.SetAside, _lanes.IsOpen(Record("full")), _lanes.IsOpen(Record("other"))));
        Assert.Equal([full[0].Destination.OriginalString], _lanes.Closed);

        // 5 of 40 / 4 = 10 are left when 7 of the 12 have gone.
        foreach (var record in full[..13])
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
                _lanes.Enter(Record(queue));
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
