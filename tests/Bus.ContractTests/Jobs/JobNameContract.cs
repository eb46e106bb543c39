using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What jobs of one name owe when they die, and when they are run again, on every database.</summary>
public abstract class JobNameContract : JobTests
{
    private static EnqueueOptions Named(JobUniqueness until = JobUniqueness.UntilEnded) => new() { Unique = "one", UniqueWhile = until };

    [Theory]
    [InlineData(JobUniqueness.UntilEnded)]
    [InlineData(JobUniqueness.UntilStarted)]
    [InlineData(JobUniqueness.UntilSettled)]
    public async Task Should_keep_another_out_while_it_is_dead_only_where_that_was_asked_for(JobUniqueness until)
    {
        Script.Act = (sum, _) => sum.Left == 1 ? throw new FormatException("No use.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var first = await Client(service).EnqueueAsync(new Sum(1, 0), Named(until));
        await UntilAsync(service, first, JobState.Dead);
        var second = await Client(service).EnqueueAsync(new Sum(2, 0), Named(until));
        Assert.Equal(until == JobUniqueness.UntilSettled, first == second);
        if (first != second)
            return;
        Script.Act = (_, _) => Task.CompletedTask;
        Assert.True(await Operations(service).RunAgainAsync(first));
        Assert.Equal(1, await ResultAsync(service, first));
        Assert.NotEqual(first, await Client(service).EnqueueAsync(new Sum(3, 0), Named(until)));
    }

    [Fact]
    public async Task Should_take_its_name_again_when_it_is_run_again_and_be_refused_while_another_has_it()
    {
        await using var service = await StartAsync();
        var (client, operations) = (Client(service), Operations(service));
        var first = await client.EnqueueAsync(new Sum(1, 0), Named());
        Assert.Equal(1, await ResultAsync(service, first));
        await operations.PauseAsync(JobGroup.All);
        Assert.True(await operations.RunAgainAsync(first));
        Assert.Equal(first, await client.EnqueueAsync(new Sum(2, 0), Named()));
        await operations.ResumeAsync(JobGroup.All);
        Assert.Equal(1, await ResultAsync(service, first));

        await operations.PauseAsync(JobGroup.All);
        var second = await client.EnqueueAsync(new Sum(2, 0), Named());
        Assert.NotEqual(first, second);
        var refused = await Assert.ThrowsAsync<JobException>(() => operations.RunAgainAsync(first));
        Assert.True(refused.IsConflict);
        Assert.Contains($"job {second} has the name", refused.Message, StringComparison.Ordinal);
        Assert.Equal((JobState.Succeeded, "1"), await FindAsync(service, first) is var job ? (job.State, job.Result) : default);

        Assert.True(await client.CancelAsync(second));
        Assert.True(await operations.RunAgainAsync(first));
        refused = await Assert.ThrowsAsync<JobException>(() => operations.RunAgainAsync(second));
        Assert.Contains($"job {first} has the name", refused.Message, StringComparison.Ordinal);
        await operations.ResumeAsync(JobGroup.All);
        Assert.Equal(1, await ResultAsync(service, first));
    }

    [Fact]
    public async Task Should_be_run_again_alone_by_many_who_ask_for_one_of_a_name_each()
    {
        await using var service = await StartAsync();
        List<Guid> jobs = [];
        for (var number = 0; number < 8; number++)
        {
            jobs.Add(await Client(service).EnqueueAsync(new Sum(number, 0), Named()));
            await ResultAsync(service, jobs[^1]);
        }

        await Operations(service).PauseAsync(JobGroup.All);
        var answers = await Task.WhenAll(jobs.Select(async id => await Record.ExceptionAsync(async () => await Operations(service).RunAgainAsync(id))));
        Assert.Single(answers, answer => answer is null);
        Assert.All(answers.OfType<Exception>(), answer => Assert.True(answer is JobException { IsConflict: true }, $"{answer}"));
        Assert.Single(await Operations(service).ListAsync(new JobQuery { State = JobState.Queued }));
    }

    [Fact]
    public async Task Should_be_one_for_all_with_the_same_members_one_by_one_and_in_bulk()
    {
        await using var service = await StartAsync();
        var (client, operations) = (Client(service), Operations(service));
        var byLeft = new EnqueueOptions { UniqueBy = [nameof(Sum.Left)] };
        await operations.PauseAsync(JobGroup.All);
        var first = await client.EnqueueAsync(new Sum(1, 1), byLeft);
        Assert.Equal(first, await client.EnqueueAsync(new Sum(1, 2), byLeft));
        Assert.NotEqual(first, await client.EnqueueAsync(new Sum(1, 1), new EnqueueOptions { UniqueBy = ["left", "right"] }));

        var many = await client.EnqueueManyAsync(Enumerable.Range(0, 2_500).Select(number => new Sum(number / 2, number)), byLeft);
        Assert.Equal((2_500, 1_250), (many.Count, many.Distinct().Count()));
        Assert.Equal([many[0], many[0], first, first], many.Take(4));
        Assert.Equal(1_251, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
        await operations.ResumeAsync(JobGroup.All);
        Assert.Equal(2, await ResultAsync(service, first));
    }
}
