using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Jobs.Running;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What is known of a job beside its row: what its handler logs, how it goes on, and that its arguments can be mended.</summary>
public abstract class JobLogContract : JobTests
{
    private static readonly EnqueueOptions Tomorrow = new() { At = TimeProvider.System.GetUtcNow().AddDays(1) };

    [Theory]
    [InlineData("")]
    [InlineData("save")]
    [InlineData("saves")]
    public async Task Should_keep_the_lines_of_a_run_that_fails_and_of_one_that_succeeds_until_it_is_deleted(string mode)
    {
        Script.Act = (_, run) =>
        {
            run.Log($"attempt {run.Attempt}");
            if (run.Attempt == 1)
                throw new TimeoutException("The first time.");
            run.Log("done", JobLogLevel.Warning);
            return Task.CompletedTask;
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1, mode));
        await ResultAsync(service, id);

        // Who sees the end sees all lines.
        var lines = await Operations(service).LogAsync(id);
        Assert.Equal([(1, "attempt 1", JobLogLevel.Information), (2, "attempt 2", JobLogLevel.Information), (2, "done", JobLogLevel.Warning)], lines.Select(line => ((int)line.Run, line.Text, line.Level)));
        Assert.Equal(lines.Select(line => line.Position).Order().Distinct(), lines.Select(line => line.Position));
        Assert.Equal([lines[1]], await Operations(service).LogAsync(id, lines[0].Position, 1));

        Assert.True(await Operations(service).DeleteAsync(id));
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobLogRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_show_the_lines_of_a_run_that_goes_on()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, run) =>
        {
            run.Log("begun");
            return release.Task;
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await Eventually.AssertAsync(async () => (await Operations(service).LogAsync(id)).Count == 1, Patience);
        Assert.Equal(JobState.Running, (await FindAsync(service, id)).State);
        release.SetResult();
        await ResultAsync(service, id);
        Assert.Equal("begun", Assert.Single(await Operations(service).LogAsync(id)).Text);
    }

    [Fact]
    public async Task Should_not_let_lines_and_a_handler_that_has_saved_wait_for_each_other()
    {
        OutboxService? here = null;
        var round = Task.CompletedTask;
        Script.Act = (_, run) =>
        {
            run.Log("saved");
            // Their time to be written comes while the handler's transaction is open, and is not over when the run ends.
            round = here!.Services.GetRequiredService<JobLogWriter<OutboxDb>>().RunOnceAsync(CancellationToken.None);
            run.Log("done");
            return Task.CompletedTask;
        };
        await using var service = await StartAsync();
        here = service;
        var id = await Client(service).EnqueueAsync(new Sum(1, 1, "saves"));
        await ResultAsync(service, id);
        await round;
        Assert.Equal(["saved", "done"], (await Operations(service).LogAsync(id)).Select(line => line.Text));
        Assert.Single(Script.Runs);
    }

    [Fact]
    public async Task Should_keep_what_the_database_can_store_of_a_text_and_of_a_run_a_thousand_lines()
    {
        var clef = "\uD834\uDD1E";
        Script.Act = (_, run) =>
        {
            run.Log(new string('a', 3_999) + clef + "b");
            run.Log("null \0, half \uD834, whole " + clef);
            for (var number = 3; number <= 1_500; number++)
                run.Log("line");
            return Task.CompletedTask;
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        await ResultAsync(service, id);
        var lines = await Operations(service).LogAsync(id);
        Assert.Equal([new string('a', 3_999), "null \uFFFD, half \uFFFD, whole " + clef], lines.Take(2).Select(line => line.Text));
        Assert.Equal(1_000, lines.Count);
        Assert.Contains("left out", Assert.Single(await Operations(service).LogAsync(id, lines[^1].Position)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_followed_to_its_end()
    {
        var next = new SemaphoreSlim(0);
        Script.Act = async (_, run) =>
        {
            run.Log("one");
            await run.ReportAsync(50, "half");
            await next.WaitAsync(run.CancellationToken);
            run.Log("two");
        };
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1));
        List<JobChange> changes = [];
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        await foreach (var change in Client(service).WatchAsync(id, cancellationToken: limit.Token))
        {
            changes.Add(change);
            if (change is { Progress: 50, Note: "half" } && changes.SelectMany(one => one.Lines).Any())
                next.Release();
        }

        Assert.Equal(["one", "two"], changes.SelectMany(change => change.Lines).Select(line => line.Text));
        Assert.Equal((JobState.Succeeded, true), (changes[^1].State, changes[^1].IsLast));
        Assert.NotNull(changes[^1].EndedAt);
        Assert.All(changes[..^1], change => Assert.False(change.IsLast));

        // Of one that has ended there is the end, and what was not seen yet.
        var last = changes.SelectMany(change => change.Lines).First().Position;
        changes = await Client(service).WatchAsync(id, last, limit.Token).ToListAsync(limit.Token);
        Assert.Equal("two", Assert.Single(Assert.Single(changes).Lines).Text);
        await Assert.ThrowsAsync<JobException>(async () => await Client(service).WatchAsync(Guid.NewGuid()).ToListAsync(limit.Token));
    }

    [Fact]
    public async Task Should_get_other_arguments_while_it_waits_or_is_dead()
    {
        Script.Act = (arguments, _) => arguments.Mode == "fail" ? throw new JobException("As told.") : Task.CompletedTask;
        await using var service = await StartAsync(configure: options => options.Retry = Bus.Core.Recoverability.RetrySchedule.None);
        var waits = await Client(service).EnqueueAsync(new Sum(1, 1), Tomorrow);
        Assert.True(await Operations(service).EditAsync(waits, """{"left":2,"right":3}""", priority: 9));
        Assert.Equal(9, (await FindAsync(service, waits)).Priority);
        Assert.True(await Operations(service).RunAgainAsync(waits));
        Assert.Equal(5, await ResultAsync(service, waits));
        Assert.False(await Operations(service).EditAsync(waits, """{"left":2,"right":4}"""));

        var dead = await Client(service).EnqueueAsync(new Sum(1, 1, "fail"));
        await UntilAsync(service, dead, JobState.Dead);
        Assert.True(await Operations(service).EditAsync(dead, """{"left":3,"right":3}"""));
        Assert.True(await Operations(service).RunAgainAsync(dead));
        Assert.Equal(6, await ResultAsync(service, dead));
    }

    [Theory]
    [InlineData("nonsense", "no arguments of")]
    [InlineData("null", "no arguments of")]
    [InlineData("""{"left":"two"}""", "no arguments of")]
    [InlineData("""{"left":1,"rigth":2}""", "rigth")]
    public async Task Should_keep_its_arguments_when_others_do_not_fit(string arguments, string says)
    {
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(1, 1), Tomorrow);
        var error = await Assert.ThrowsAsync<JobException>(() => Operations(service).EditAsync(id, arguments));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("\"left\":1,\"right\":1", (await FindAsync(service, id)).Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_keep_its_arguments_when_somebody_may_ask_for_their_result_again_or_nobody_here_can_judge_others()
    {
        await using var service = await StartAsync();
        var named = await Client(service).EnqueueAsync(new Sum(1, 1), Tomorrow with { IdempotencyKey = "one" });
        Assert.Contains("idempotency key", (await Assert.ThrowsAsync<JobException>(() => Operations(service).EditAsync(named, """{"left":2,"right":3}"""))).Message, StringComparison.Ordinal);
        var unknown = await Client(service).EnqueueAsync(new Note(1), Tomorrow);
        Assert.Contains("no handler", (await Assert.ThrowsAsync<JobException>(() => Operations(service).EditAsync(unknown, """{"number":2}"""))).Message, StringComparison.Ordinal);
        Assert.False(await Operations(service).EditAsync(Guid.NewGuid(), "{}"));
    }
}
