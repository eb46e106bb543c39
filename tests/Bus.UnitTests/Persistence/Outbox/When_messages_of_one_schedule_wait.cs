using Bus.Persistence.Outbox;
using MassTransit;
using MassTransit.Scheduling;
using Xunit;

namespace Bus.UnitTests.Persistence.Outbox;

public sealed class When_messages_of_one_schedule_wait
{
    private static readonly Guid Mine = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void Should_send_the_schedule_then_its_cancel_then_what_is_scheduled_after_it()
    {
        var (first, cancel, second) = (Row(Mine, 1, 100), Row(Mine, 2, 100, isCancel: true), Row(Mine, 3, 100));
        Assert.Equal([false, true, true], HeldUp([first, cancel, second], [first, cancel, second]));
        Assert.Equal([false, true], HeldUp([cancel, second], [cancel, second]));
        Assert.Equal([false], HeldUp([second], [second]));
    }

    [Fact]
    public void Should_go_by_the_time_of_writing_between_processes()
    {
        var (first, cancel, second) = (Row(Other, 9, 100), Row(Mine, 2, 101, isCancel: true), Row(Other, 10, 102));
        Assert.Equal([false, true, true], HeldUp([first, cancel, second], [first, cancel, second]));
        Assert.Equal([false, true], HeldUp([cancel, second], [cancel, second]));
    }

    [Fact]
    public void Should_go_by_position_among_the_ordered_and_by_time_between_them_and_the_others()
    {
        var (first, cancel, second) = (Row(null, 5, 200), Row(null, 6, 150, isCancel: true), Row(Mine, 1, 150));
        Assert.Equal([false, true, false], HeldUp([first, cancel, second], [first, cancel, second]));
    }

    [Fact]
    public void Should_let_one_that_is_in_no_table_yet_wait_for_all_that_are()
    {
        var written = Row(Other, 1, 100);
        Assert.True(new WaitingSchedules([written]).HoldUp(Record(Row(Guid.Empty, 0, 0, isCancel: true))));
        Assert.False(new WaitingSchedules([written]).HoldUp(Record(Row(Guid.Empty, 0, 0))));
    }

    [Fact]
    public void Should_not_mind_other_schedules()
    {
        var cancel = Row(Mine, 2, 100, isCancel: true);
        Assert.Equal([false], HeldUp([Row(Mine, 1, 100) with { Token = "other" }, cancel], [cancel]));
    }

    [Fact]
    public void Should_write_what_is_looked_for_into_the_metadata()
    {
        var json = Record(Row(Mine, 1, 100, isCancel: true)).Metadata.ToJson();
        Assert.Contains(MessageMetadata.BeforeToken + "token\"", json, StringComparison.Ordinal);
        Assert.Contains(MessageMetadata.InCancel, json, StringComparison.Ordinal);
        Assert.DoesNotContain(MessageMetadata.InCancel, Record(Row(Mine, 1, 100)).Metadata.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_go_by_the_table_after_one_of_the_same_commit_that_does()
    {
        var first = Record(Row(null, 1, 0));
        var cancel = Record(Row(Guid.Empty, 0, 0, isCancel: true));
        cancel.Guest = new Bus.Core.SharedFile.GuestMessages();
        cancel.Follow([first]);
        Assert.Equal((null, "key"), (cancel.Guest, cancel.OrderKey));
    }

    private static WaitingSchedule Row(Guid? owner, long place, long enqueuedAt, bool isCancel = false) => new(owner, place, enqueuedAt, "token", isCancel);

    private static bool[] HeldUp(WaitingSchedule[] table, WaitingSchedule[] asking)
    {
        var waiting = new WaitingSchedules(table);
        return [.. asking.Select(row => waiting.HoldUp(Record(row)))];
    }

    private static OutboxRecord Record(WaitingSchedule row) => new()
    {
        MessageId = Guid.NewGuid(),
        Destination = new Uri("queue:commands"),
        Metadata = new MessageMetadata
        {
            ContentType = "application/json",
            MessageTypes = row.IsCancel ? [MessageUrn.ForTypeString<CancelScheduledMessage>()] : [],
            Headers = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase) { [MessageHeaders.SchedulingTokenId] = row.Token },
        },
        MetadataJson = "{}",
        Body = [],
        OrderKey = row.Owner is null ? "key" : null,
        Owner = row.Owner ?? Guid.Empty,
        Sequence = row.Place,
        Position = row.Place,
    };
}
