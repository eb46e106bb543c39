using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>What a handler behind the inbox may rely on, on every database, whether or not it uses the database itself.</summary>
public abstract class InboxContract : DatabaseContract
{
    [Fact]
    public async Task Should_apply_a_message_that_comes_three_times_once()
    {
        await using var service = await StartAsync();
        var id = Guid.NewGuid();
        for (var copy = 0; copy < 3; copy++)
        {
            await service.SendAsync(new Command(1), id);
            await Eventually.AssertAsync(() => !service.Journal.Done.IsEmpty);
        }

        await SettleAsync(service, sentinel: 2);
        Assert.Equal([1, 2], service.Journal.Done.Select(done => done.Number).Order());
        await AssertEntriesAsync(service, 2);
    }

    [Fact]
    public async Task Should_apply_copies_that_come_at_once_once_and_fault_none()
    {
        await using var service = await StartAsync(retries: 0);
        var id = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.SendAsync(new Command(1), id)));
        await SettleAsync(service, sentinel: 2);
        Assert.Equal([1, 2], service.Journal.Done.Select(done => done.Number).Order());
        await AssertEntriesAsync(service, 2);
        Assert.Empty(service.Journal.Faults);
    }

    [Fact]
    public async Task Should_apply_copies_in_two_processes_once()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var ids = Enumerable.Range(0, 40).Select(_ => Guid.NewGuid()).ToArray();
        await Task.WhenAll(ids.Select((id, number) => Task.WhenAll(first.SendAsync(new Command(number), id), second.SendAsync(new Command(number), id))));
        await Eventually.AssertAsync(() => first.Journal.Done.Count + second.Journal.Done.Count >= 40);
        await SettleAsync(first, 100);
        await SettleAsync(second, 200);
        Assert.Equal(42, first.Journal.Done.Count + second.Journal.Done.Count);
        await AssertEntriesAsync(first, 42);
    }

    [Fact]
    public async Task Should_send_nothing_of_an_attempt_that_failed()
    {
        await using var service = await StartAsync();
        service.Journal.OnCommand = (_, run) => run < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        await service.SendAsync(new Command(1));
        await Eventually.AssertAsync(() => !service.Journal.Done.IsEmpty);
        await SettleAsync(service, sentinel: 2);
        Assert.Equal([1, 2], service.Journal.Done.Select(done => done.Number).Order());
        await AssertEntriesAsync(service, 2);
    }

    [Fact]
    public async Task Should_fault_a_message_whose_attempts_all_fail_and_go_on()
    {
        await using var service = await StartAsync();
        service.Journal.OnCommand = (command, _) => command.Number == 1 ? throw new InvalidOperationException("never") : Task.CompletedTask;
        await service.SendAsync(new Command(1));
        await SettleAsync(service, sentinel: 2);
        await Eventually.AssertAsync(() => service.Journal.Faults.Count == 1);
        Assert.Equal(2, Assert.Single(service.Journal.Done).Number);
        await AssertEntriesAsync(service, 1);
    }

    [Fact]
    public async Task Should_apply_many_side_by_side()
    {
        await using var service = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => service.SendAsync(new Command(number))));
        await Eventually.AssertAsync(() => service.Journal.Done.Count >= 500);
        await service.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 500), service.Journal.Done.Select(done => done.Number).Order());
        await AssertEntriesAsync(service, 500);
    }

    [Fact]
    public async Task Should_refuse_a_message_without_an_id()
    {
        await using var service = await StartAsync();
        var endpoint = await service.Bus.GetSendEndpoint(new Uri("queue:commands"));
        await endpoint.Send(new Command(1), context => context.MessageId = null);
        await Eventually.AssertAsync(() => service.Journal.Faults.Count == 1);
        Assert.Contains("MessageId", service.Journal.Faults.Single().Exceptions[0].Message, StringComparison.Ordinal);
    }

    protected abstract Task<OutboxService> StartAsync(TestDatabase database, int retries);

    protected abstract bool Stores { get; }

    /// <summary>Sends one more and waits for it: the queue is in order, what came before has been handled.</summary>
    private static async Task SettleAsync(OutboxService service, int sentinel)
    {
        await service.SendAsync(new Command(sentinel));
        await Eventually.AssertAsync(() => service.Journal.Done.Any(done => done.Number == sentinel));
        await service.DrainAsync();
    }

    private Task<OutboxService> StartAsync(int retries = 3) => StartAsync(Database, retries);

    private async Task AssertEntriesAsync(OutboxService service, int expected)
    {
        if (Stores)
            Assert.Equal(expected, await service.QueryAsync(db => db.Entries.CountAsync()));
    }
}
