using Bus.ContractTests.Outbox;
using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

public sealed class When_messages_cannot_be_handled_on_sqlite : DeadLetterContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();

    [Fact]
    public async Task Should_take_them_from_a_file_of_queues()
    {
        await using var service = await StartAsync(queueFile: true);
        await SendAsync(service, 1, 2);
        var letters = await OpenAsync(service, 2);
        Mend(service);
        foreach (var letter in letters)
            Assert.True(await Letters(service).ReplayAsync(letter.Id));
        Assert.Equal([1, 2], (await DoneAsync(service, 2)).Order());
    }
}

public sealed class When_messages_cannot_be_handled_on_postgres : DeadLetterContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_messages_cannot_be_handled_in_one_file : DeadLetterContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
