using System.Text;
using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.Persistence.DeadLetters;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

/// <summary>What the store of dead letters promises on every database.</summary>
public abstract class DeadLetterContract : DeadLetterTests
{
    [Fact]
    public async Task Should_keep_what_failed_and_send_it_again_once()
    {
        await using var service = await StartAsync();
        var id = Guid.NewGuid();
        await service.SendAsync(new Command(7, "seven"), id);
        var letter = Assert.Single(await OpenAsync(service, 1));
        Assert.Equal((DeadLetterKind.Message, "commands", id.ToString("D"), "fault"), (letter.Kind, letter.Queue, letter.MessageId, letter.Reason));
        Assert.Equal((typeof(InvalidOperationException).FullName, "Command 7 is refused."), (letter.ExceptionType, letter.ExceptionMessage));
        Assert.Equal(MessageUrn.ForTypeString<Command>(), letter.MessageType);
        Assert.NotNull(letter.FailedAt);
        var whole = await Letters(service).FindAsync(letter.Id);
        Assert.Contains("\"seven\"", Encoding.UTF8.GetString(whole!.Body.Span), StringComparison.Ordinal);
        Assert.Equal("fault", whole.Headers[MessageHeaders.Reason]);

        Mend(service);
        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Letters(service).ReplayAsync(letter.Id)));
        Assert.Single(tries, sent => sent);
        Assert.Equal([7], await DoneAsync(service, 1));
        var replayed = (await Letters(service).FindAsync(letter.Id))!.Summary;
        Assert.Equal((DeadLetterState.Replayed, 1), (replayed.State, replayed.Replays));
        Assert.False(await Letters(service).DiscardAsync(letter.Id, "Too late."));
        Assert.Empty(await OpenAsync(service, 0));
    }

    [Fact]
    public async Task Should_keep_what_no_consumer_of_the_endpoint_knows()
    {
        await using var service = await StartAsync();
        var endpoint = await service.Bus.GetSendEndpoint(new Uri("queue:commands"));
        await endpoint.Send(new Note(1, "unasked"));
        var letter = Assert.Single(await OpenAsync(service, 1));
        Assert.Equal(("commands", "dead-letter", MessageUrn.ForTypeString<Note>()), (letter.Queue, letter.Reason, letter.MessageType));
        Assert.True(await Letters(service).ReplayAsync(letter.Id, queue: "observer"));
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 1, Patience);
        Assert.Equal(letter.Id.ToString("D"), service.Journal.NoteContexts.Single().ReceiveContext.TransportHeaders.Get<string>("Bus-Replay-Of"));
    }

    [Fact]
    public async Task Should_open_a_new_letter_for_what_comes_again_when_its_letter_is_closed()
    {
        await using var service = await StartAsync();
        var endpoint = await service.Bus.GetSendEndpoint(new Uri("queue:commands"));
        var id = Guid.NewGuid();
        await SkipAsync(1);
        var first = Assert.Single(await OpenAsync(service, 1));
        // Two of them, the second of which says that the first is in.
        await SkipAsync(2);
        await endpoint.Send(new Note(3, "other"));
        Assert.Equal([first.Id], (await OpenAsync(service, 2)).Where(letter => letter.MessageId == first.MessageId).Select(letter => letter.Id));

        Assert.True(await Letters(service).DiscardAsync(first.Id, "Nobody needs it."));
        await SkipAsync(4);
        var second = Assert.Single(await OpenAsync(service, 2), letter => letter.MessageId == first.MessageId);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(DeadLetterState.Discarded, (await Letters(service).FindAsync(first.Id))!.Summary.State);

        Task SkipAsync(int number) => endpoint.Send(new Note(number, "unasked"), context => context.MessageId = id);
    }

    [Fact]
    public async Task Should_take_what_fails_again_for_a_new_letter_of_the_first()
    {
        await using var service = await StartAsync(queueFile: true);
        await SendAsync(service, 1);
        var first = Assert.Single(await OpenAsync(service, 1));
        Assert.True(await Letters(service).ReplayAsync(first.Id));
        await Eventually.AssertAsync(async () => (await OpenAsync(service, 1)).Single().Id != first.Id, Patience);
        var second = Assert.Single(await OpenAsync(service, 1));
        Assert.Equal((first.Id, 1, first.MessageId, first.GroupId), (second.ReplayOf, second.Replays, second.MessageId, second.GroupId));
    }

    [Fact]
    public async Task Should_send_what_was_mended_by_hand_but_no_broken_json()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1);
        var letter = Assert.Single(await OpenAsync(service, 1));
        var body = Encoding.UTF8.GetString((await Letters(service).FindAsync(letter.Id))!.Body.Span);
        Mend(service);
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).ReplayAsync(letter.Id, Encoding.UTF8.GetBytes(body[..^1])));
        Assert.True(await Letters(service).ReplayAsync(letter.Id, Encoding.UTF8.GetBytes(body.Replace("\"number\": 1", "\"number\": 2", StringComparison.Ordinal).Replace("\"number\":1", "\"number\":2", StringComparison.Ordinal))));
        Assert.Equal([2], await DoneAsync(service, 1));
        Assert.Equal("edited", (await Letters(service).FindAsync(letter.Id))!.Summary.Note);
    }

    [Fact]
    public async Task Should_group_by_cause_and_open_a_resolved_one_again()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2);
        await OpenAsync(service, 2);
        var group = Assert.Single(await Letters(service).GroupsAsync());
        Assert.Equal((2, DeadLetterGroupStatus.Open), (group.Open, group.Status));
        Assert.StartsWith("InvalidOperationException in ", group.Title, StringComparison.Ordinal);
        Assert.Contains(group.Frames, frame => frame.EndsWith("PlainConsumer.Consume", StringComparison.Ordinal));

        Assert.True(await Letters(service).EditGroupAsync(group.Id, DeadLetterGroupStatus.Resolved, "ada", "Mended in 1.2."));
        Assert.Empty(await Letters(service).GroupsAsync(DeadLetterGroupStatus.Open));
        await SendAsync(service, 3);
        await OpenAsync(service, 3);
        var again = Assert.Single(await Letters(service).GroupsAsync(DeadLetterGroupStatus.Open));
        Assert.Equal((group.Id, 3, "ada"), (again.Id, again.Open, again.Owner));
        Assert.Equal(3, await Letters(service).CountAsync(new DeadLetterQuery { Group = group.Id }));
    }

    [Fact]
    public async Task Should_find_letters_page_by_page()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2, 3, 4, 5);
        var all = await OpenAsync(service, 5);
        var first = await Letters(service).ListAsync(new DeadLetterQuery { Take = 3 });
        var second = await Letters(service).ListAsync(new DeadLetterQuery { Take = 3, Before = first.Next });
        Assert.Equal(all.Select(letter => letter.Id).Reverse(), first.Letters.Concat(second.Letters).Select(letter => letter.Id));
        Assert.Null(second.Next);
        Assert.Equal("Command 4 is refused.", Assert.Single((await Letters(service).ListAsync(new DeadLetterQuery { Exception = "and 4 is" })).Letters).ExceptionMessage);
        Assert.Equal("Command 5 is refused.", Assert.Single((await Letters(service).ListAsync(new DeadLetterQuery { Text = "text 5" })).Letters).ExceptionMessage);
        Assert.Single((await Letters(service).ListAsync(new DeadLetterQuery { MessageId = all[0].MessageId, Queue = "commands", Kind = DeadLetterKind.Message, MessageType = "Command" })).Letters);
        Assert.Empty((await Letters(service).ListAsync(new DeadLetterQuery { From = TimeProvider.System.GetUtcNow().AddHours(1) })).Letters);
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).ListAsync(new DeadLetterQuery { Take = 0 }));
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).CountAsync(new DeadLetterQuery { Text = "text" }));
    }

    [Fact]
    public async Task Should_replay_many_after_a_few_have_gone_well()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2, 3, 4, 5, 6, 7);
        await OpenAsync(service, 7);
        Mend(service);
        var operation = await Letters(service).StartReplayAsync(new DeadLetterQuery { Queue = "commands" }, new DeadLetterPace { Canary = 2 });
        Assert.Equal(7, operation.Matched);
        await UntilAsync(service, operation.Id, DeadLetterOperationState.Paused);
        Assert.Equal(2, (await DoneAsync(service, 2)).Count);
        Assert.True(await Letters(service).ContinueAsync(operation.Id));
        await UntilAsync(service, operation.Id, DeadLetterOperationState.Done);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], (await DoneAsync(service, 7)).Order());
        var report = (await Letters(service).FindOperationAsync(operation.Id))!;
        Assert.Equal((7, 0, false), (report.Succeeded, report.Failed, report.EndedAt is null));
        Assert.False(await Letters(service).StopAsync(operation.Id));
        Assert.Equal(operation.Id, Assert.Single(await Letters(service).OperationsAsync()).Id);
    }

    [Fact]
    public async Task Should_replay_no_faster_than_it_may_and_stop_when_told()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2, 3, 4);
        await OpenAsync(service, 4);
        Mend(service);
        var started = TimeProvider.System.GetTimestamp();
        var operation = await Letters(service).StartReplayAsync(new DeadLetterQuery(), new DeadLetterPace { PerSecond = 1 });
        await Eventually.AssertAsync(async () => (await Letters(service).FindOperationAsync(operation.Id))!.Succeeded >= 2, Patience);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromSeconds(0.9));
        Assert.True(await Letters(service).StopAsync(operation.Id));
        var open = await Letters(service).CountAsync(new DeadLetterQuery());
        Assert.Equal(4 - (await Letters(service).FindOperationAsync(operation.Id))!.Succeeded, open);

        var rest = await Letters(service).StartDiscardAsync(new DeadLetterQuery(), "Not needed any more.");
        await UntilAsync(service, rest.Id, DeadLetterOperationState.Done);
        Assert.Equal(open, await Letters(service).CountAsync(new DeadLetterQuery { State = DeadLetterState.Discarded }));
        Assert.Equal(DeadLetterOperationState.Stopped, (await Letters(service).FindOperationAsync(operation.Id))!.State);
    }

    [Fact]
    public async Task Should_not_replay_in_a_circle_what_fails_again()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2);
        await OpenAsync(service, 2);
        var operation = await Letters(service).StartReplayAsync(new DeadLetterQuery());
        await UntilAsync(service, operation.Id, DeadLetterOperationState.Done);
        Assert.Equal(2, await Letters(service).CountAsync(new DeadLetterQuery { State = DeadLetterState.Replayed }));
        await OpenAsync(service, 2);
        Assert.Equal(2, (await Letters(service).FindOperationAsync(operation.Id))!.Succeeded);
    }

    [Fact]
    public async Task Should_remove_what_was_closed_long_ago_and_keep_the_rest()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2);
        var letters = await OpenAsync(service, 2);
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).DiscardAsync(letters[0].Id, " "));
        Assert.True(await Letters(service).DiscardAsync(letters[0].Id, "A test order."));
        var discarded = (await Letters(service).FindAsync(letters[0].Id))!.Summary;
        Assert.Equal((DeadLetterState.Discarded, "A test order."), (discarded.State, discarded.Note));
        await service.QueryAsync(db => db.Set<DeadLetterRow>().Where(row => row.ClosedAt != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.ClosedAt, 1L)));
        await using var another = await OutboxService.StartAsync<PlainConsumer>(Database, bus: registration => registration.AddDeadLetters<OutboxDb>());
        await service.StopAsync();
        await Eventually.AssertAsync(async () => await Letters(another).FindAsync(letters[0].Id) is null, Patience);
        Assert.Single(await OpenAsync(another, 1));
    }
}
