using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

public sealed record Letter(string Text);

public sealed class LetterHandler : IJobHandler<Letter, string>
{
    public Task<string> RunAsync(Letter arguments, JobRun run) => Task.FromResult(arguments.Text + arguments.Text);
}

public sealed record Mailing(string Text);

public sealed class MailingHandler : IJobBatchHandler<Mailing>
{
    public Task RunAsync(IReadOnlyList<JobItem<Mailing>> items, CancellationToken cancellationToken)
    {
        foreach (var item in items)
            item.Return(item.Arguments.Text + item.Arguments.Text);
        return Task.CompletedTask;
    }
}

/// <summary>What jobs with much to say owe on every database.</summary>
public abstract class JobPayloadContract : JobTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Should_be_told_and_return_megabytes_which_lists_leave_out()
    {
        await using var service = await StartAsync();
        var text = new string('a', 5 * Megabyte);
        var large = await Client(service).EnqueueAsync(new Letter(text));
        var small = await Client(service).EnqueueAsync(new Letter("a"));
        Assert.Equal(text + text, await TextAsync(service, large));
        Assert.Equal("aa", await TextAsync(service, small));

        var found = await FindAsync(service, large);
        Assert.Equal((text.Length + 11, text.Length * 2 + 2), (found.Arguments.Length, found.Result!.Length));
        var listed = (await Operations(service).ListAsync(new JobQuery { Type = typeof(Letter).FullName })).ToDictionary(job => job.Id);
        Assert.Equal(found with { Arguments = "", Result = "" }, listed[large]);
        Assert.Null(listed[large].ResultHash);
        Assert.Equal(await FindAsync(service, small), listed[small]);
    }

    [Fact]
    public async Task Should_be_told_megabytes_when_they_are_run_together()
    {
        await using var service = await StartAsync();
        var text = new string('b', Megabyte);
        var jobs = await Client(service).EnqueueManyAsync([new Mailing(text), new Mailing("c")]);
        Assert.Equal(text + text, await TextAsync(service, jobs[0]));
        Assert.Equal("cc", await TextAsync(service, jobs[1]));
    }

    [Fact]
    public async Task Should_be_refused_or_dead_with_more_than_the_options_allow()
    {
        await using var service = await StartAsync(options: options => options.MaxPayload = Megabyte);
        var client = Client(service);
        var refused = await Assert.ThrowsAsync<JobException>(() => client.EnqueueAsync(new Letter(new string('a', Megabyte))));
        Assert.Contains("MaxPayload", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));

        var waits = await client.EnqueueAsync(new Letter("a"), new EnqueueOptions { At = TimeProvider.System.GetUtcNow().AddDays(1) });
        await Assert.ThrowsAsync<JobException>(() => Operations(service).EditAsync(waits, $"{{\"text\":\"{new string('a', Megabyte)}\"}}"));

        // What comes out of it is too much.
        foreach (var id in new[] { await client.EnqueueAsync(new Letter(new string('a', Megabyte * 2 / 3))), await client.EnqueueAsync(new Mailing(new string('a', Megabyte * 2 / 3))) })
        {
            await UntilAsync(service, id, JobState.Dead);
            Assert.Contains("MaxPayload", (await FindAsync(service, id)).Error, StringComparison.Ordinal);
        }

        Assert.Equal("aa", await TextAsync(service, await client.EnqueueAsync(new Letter("a"))));
    }

    private Task<OutboxService> StartAsync(Action<JobsOptions>? options = null) => base.StartAsync(options: options, more: jobs =>
    {
        jobs.Handle<LetterHandler>(type => type.Retry = new RetrySchedule { MaxAttempts = 1 });
        jobs.Handle<MailingHandler>(type => (type.BatchWait, type.Retry) = (TimeSpan.FromMilliseconds(50), new RetrySchedule { MaxAttempts = 1 }));
    });

    private static async Task<string?> TextAsync(OutboxService service, Guid id)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        return await Client(service).ResultAsync<string>(id, limit.Token);
    }
}
