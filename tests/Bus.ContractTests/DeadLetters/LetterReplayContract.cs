using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.Persistence.DeadLetters;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

/// <summary>What is sent again reaches somebody, and once.</summary>
public abstract class LetterReplayContract : DeadLetterTests
{
    private const int Many = 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_send_nothing_to_a_queue_that_is_not_there(bool queueFile)
    {
        await using var service = await StartAsync(queueFile: queueFile);
        await SendAsync(service, 1, 2, 3);
        var letters = (await OpenAsync(service, 3)).OrderBy(letter => letter.ExceptionMessage, StringComparer.Ordinal).ToList();
        var refusal = await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).ReplayAsync(letters[0].Id, queue: "comands"));
        Assert.Contains("no queue `comands`", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(letters[0], (await Letters(service).FindAsync(letters[0].Id))!.Summary);

        await service.QueryAsync(db => db.Set<DeadLetterRow>().Where(row => row.Id == letters[1].Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Queue, "gone")));
        Mend(service);
        var operation = await Letters(service).StartReplayAsync(new DeadLetterQuery());
        await UntilAsync(service, operation.Id, DeadLetterOperationState.Done);
        var report = (await Letters(service).FindOperationAsync(operation.Id))!;
        Assert.Equal((2, 1, 0), (report.Succeeded, report.Refused, report.Failed));
        Assert.Contains("no queue `gone`", report.Error, StringComparison.Ordinal);
        Assert.Equal([1, 3], (await DoneAsync(service, 2)).Order());
        Assert.Equal(letters[1].Id, Assert.Single(await OpenAsync(service, 1)).Id);
        Assert.True(await Letters(service).ReplayAsync(letters[1].Id, queue: "commands"));
        Assert.Equal([1, 2, 3], (await DoneAsync(service, 3)).Order());
    }

    [Fact]
    public async Task Should_send_many_to_another_queue()
    {
        await using var service = await StartAsync();
        await SendAsync(service, 1, 2, 3);
        await OpenAsync(service, 3);
        await service.QueryAsync(db => db.Set<DeadLetterRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.Queue, "gone")));
        Mend(service);
        var refusal = await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).StartReplayAsync(new DeadLetterQuery(), queue: "comands"));
        Assert.Contains("no queue `comands`", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).StartReplayAsync(new DeadLetterQuery { Kind = DeadLetterKind.Job }, queue: "commands"));

        var operation = await Letters(service).StartReplayAsync(new DeadLetterQuery { Queue = "gone" }, queue: "commands");
        Assert.Equal(("commands", 3L), (operation.Queue, operation.Matched));
        await UntilAsync(service, operation.Id, DeadLetterOperationState.Done);
        Assert.Equal([1, 2, 3], (await DoneAsync(service, 3)).Order());
        Assert.All((await Letters(service).ListAsync(new DeadLetterQuery())).Letters, letter => Assert.Equal("sent to commands", letter.Note));
    }

    [Fact]
    public async Task Should_send_each_once_when_two_processes_replay_the_same()
    {
        using var queues = new TemporaryFolder();
        await using var one = await StartAsync(shared: queues);
        await using var two = await StartAsync(shared: queues);
        await SendAsync(one, [.. Enumerable.Range(1, Many)]);
        var letters = await OpenAsync(one, Many);
        Mend(one);
        Mend(two);

        OutboxService[] services = [one, two];
        var operations = Task.WhenAll(services.Concat(services).Select(service => Letters(service).StartReplayAsync(new DeadLetterQuery())));
        var clicks = await Task.WhenAll(services.SelectMany(service => letters.Select(letter => Letters(service).ReplayAsync(letter.Id))));
        var sent = 0L;
        foreach (var operation in await operations)
        {
            await UntilAsync(one, operation.Id, DeadLetterOperationState.Done);
            sent += (await Letters(one).FindOperationAsync(operation.Id))!.Succeeded;
        }

        // Each has told of what it has sent: more than there are would be one sent twice.
        Assert.Equal(Many, sent + clicks.Count(done => done));
        Assert.Equal(Many, await one.QueryAsync(db => db.Set<DeadLetterRow>().CountAsync(row => row.State == 1 && row.Replays == 1)));
        await Eventually.AssertAsync(() => services.Sum(service => service.Journal.Done.Count) >= Many, Patience);
        await one.DrainAsync();
        Assert.Equal(Enumerable.Range(1, Many), services.SelectMany(service => service.Journal.Done).Select(done => done.Number).Order());
    }
}

public sealed class When_letters_are_sent_again_on_sqlite : LetterReplayContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_letters_are_sent_again_on_postgres : LetterReplayContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_letters_are_sent_again_in_one_file : LetterReplayContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
