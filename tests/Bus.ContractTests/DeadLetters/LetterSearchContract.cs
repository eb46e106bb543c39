using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.Persistence.DeadLetters;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

/// <summary>Letters are found by what stands in their bodies.</summary>
public abstract class LetterSearchContract : DeadLetterTests
{
    private static readonly DeadLetterOptions Declared = new DeadLetterOptions().SearchField("Number").SearchField("TEXT");

    [Fact]
    public async Task Should_find_them_by_a_declared_field_page_by_page_and_replay_those()
    {
        await using var service = await StartAsync(options: Declared);
        await SendAsync(service, 1, 2, 3);
        foreach (var number in (int[])[4, 5, 6])
            await service.SendAsync(new Command(number, "the same"));
        var all = await OpenAsync(service, 6);
        Assert.Equal("Command 2 is refused.", Assert.Single((await Letters(service).ListAsync(By("Number", "2"))).Letters).ExceptionMessage);
        Assert.Empty((await Letters(service).ListAsync(By("Number", "2") with { Queue = "other" })).Letters);
        Assert.Empty((await Letters(service).ListAsync(By("text", "the"))).Letters);

        var same = By("Text", "the same") with { Take = 2 };
        var first = await Letters(service).ListAsync(same);
        var second = await Letters(service).ListAsync(same with { Before = first.Next });
        Assert.Equal([2, 1], [first.Letters.Count, second.Letters.Count]);
        Assert.Equal(all.Where(letter => letter.ExceptionMessage![8] >= '4').Select(letter => letter.Id).Reverse(), first.Letters.Concat(second.Letters).Select(letter => letter.Id));
        Assert.Null(second.Next);
        Assert.Single((await Letters(service).ListAsync(By("Text", "the same") with { Text = "\"number\": 5" })).Letters.Concat((await Letters(service).ListAsync(By("Text", "the same") with { Text = "\"number\":5" })).Letters));
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).ListAsync(By("Txet", "the same")));

        Mend(service);
        Assert.Equal(3, await Letters(service).CountAsync(By("Text", "the same")));
        var operation = await Letters(service).StartReplayAsync(By("Text", "the same"));
        Assert.Equal(3, operation.Matched);
        Assert.Equal([4, 5, 6], (await DoneAsync(service, 3)).Order());
        await UntilAsync(service, operation.Id, DeadLetterOperationState.Done);
        var discarding = await Letters(service).StartDiscardAsync(By("Number", "1"), "Not needed.");
        await UntilAsync(service, discarding.Id, DeadLetterOperationState.Done);
        Assert.Equal(["Command 2 is refused.", "Command 3 is refused."], (await OpenAsync(service, 2)).Select(letter => letter.ExceptionMessage).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Should_find_those_that_came_before_the_field_was_declared_once_they_are_indexed()
    {
        var before = await StartAsync();
        await using (before)
        {
            await SendAsync(before, 1, 2, 3);
            Assert.True(await Letters(before).DiscardAsync((await OpenAsync(before, 3)).Single(letter => letter.ExceptionMessage == "Command 1 is refused.").Id, "A test."));
            await Assert.ThrowsAsync<DeadLetterException>(() => Letters(before).StartIndexAsync(new DeadLetterQuery()));
        }

        await using var service = await StartAsync(options: Declared);
        Assert.Equal(0, await Letters(service).CountAsync(By("Number", "2")));
        // Twice: what is there is written anew.
        for (var time = 0; time < 2; time++)
        {
            var operation = await Letters(service).StartIndexAsync(new DeadLetterQuery());
            await UntilAsync(service, operation.Id, DeadLetterOperationState.Done);
            var report = (await Letters(service).FindOperationAsync(operation.Id))!;
            Assert.Equal((DeadLetterAction.Index, 3, 3), (report.Action, report.Matched, report.Succeeded));
        }

        Assert.Equal(1, await Letters(service).CountAsync(By("Number", "2")));
        Assert.Equal(DeadLetterState.Discarded, Assert.Single((await Letters(service).ListAsync(By("Number", "1"))).Letters).State);
        Assert.Equal(2, await Letters(service).CountAsync(new DeadLetterQuery()));
        await service.QueryAsync(db => db.Set<DeadLetterRow>().ExecuteDeleteAsync());
        Assert.Equal(0, await service.QueryAsync(db => db.Set<DeadLetterFieldRow>().CountAsync()));
    }

    private static DeadLetterQuery By(string name, string value) => new() { Field = new DeadLetterField(name, value) };
}

public sealed class When_letters_are_searched_on_sqlite : LetterSearchContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_letters_are_searched_on_postgres : LetterSearchContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_letters_are_searched_in_one_file : LetterSearchContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
