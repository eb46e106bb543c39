using System.Text.Json;
using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>What a job owes to who wants to be told of its end.</summary>
public abstract class JobCallbackContract : JobTests
{
    [Theory]
    [InlineData("")]
    [InlineData("saves")]
    public async Task Should_tell_of_its_result_until_it_is_heard(string mode)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answers.Enqueue(answer => answer.StatusCode = 500);
        receiver.Answers.Enqueue(answer => (answer.StatusCode, answer.Headers.RetryAfter) = (429, "1"));
        await using var service = await StartAsync();
        var id = await Client(service).EnqueueAsync(new Sum(2, 3, mode), new EnqueueOptions { Callback = receiver.Address });
        var call = await CallAsync(service, JobState.Succeeded);

        Assert.Equal(3, receiver.Calls.Count);
        Assert.All(receiver.Calls, one => Assert.Equal(("/hook?of=job", call.Id.ToString(), true), (one.Path, one.Id, one.IsSigned)));
        var body = JsonElement.Parse(receiver.Calls.Last().Body);
        Assert.Equal((id, typeof(Sum).FullName, "Succeeded", 5), (body.GetProperty("id").GetGuid(), body.GetProperty("type").GetString(), body.GetProperty("state").GetString(), body.GetProperty("result").GetInt32()));
        Assert.Equal((await FindAsync(service, id)).EndedAt, body.GetProperty("endedAt").GetDateTimeOffset());
        // Who asks to come later is not failed by it, and not called before.
        Assert.Equal(("webhooks", 1), (call.Queue, call.Attempts));
        Assert.True(call.EndedAt - call.CreatedAt >= TimeSpan.FromSeconds(1), "early");
        Assert.Equal(2, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_tell_that_it_is_dead_or_was_cancelled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = async (arguments, run) =>
        {
            if (arguments.Mode == "fail")
                throw new FormatException("No use.");
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.CancellationToken);
        };
        await using var service = await StartAsync();
        var options = new EnqueueOptions { Callback = receiver.Address };
        var dead = await Client(service).EnqueueAsync(new Sum(1, 1, "fail"), options);
        var waits = await Client(service).EnqueueAsync(new Sum(1, 1), options with { At = TimeProvider.System.GetUtcNow().AddDays(1) });
        var runs = await Client(service).EnqueueAsync(new Sum(1, 1), options);
        await begun.Task.WaitAsync(Patience, TimeProvider.System);
        Assert.True(await Client(service).CancelAsync(waits));
        Assert.True(await Client(service).CancelAsync(runs));

        await Eventually.AssertAsync(() => receiver.Calls.Count == 3, Patience);
        var told = receiver.Calls.Select(call => JsonElement.Parse(call.Body)).ToDictionary(body => body.GetProperty("id").GetGuid());
        Assert.Equal(["Dead", "Cancelled", "Cancelled"], new[] { dead, waits, runs }.Select(id => told[id].GetProperty("state").GetString()));
        Assert.Contains("No use.", told[dead].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, told[dead].GetProperty("result").ValueKind);
    }

    [Fact]
    public async Task Should_not_tell_again_when_a_dead_one_that_keeps_others_waiting_is_cancelled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        Script.Act = (arguments, _) => arguments.Left == 1 ? throw new FormatException("No use.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var dead = await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Callback = receiver.Address, Key = "one" });
        await UntilAsync(service, dead, JobState.Dead);
        await Eventually.AssertAsync(() => receiver.Calls.Count == 1, Patience);
        Assert.True(await Client(service).CancelAsync(dead));
        // What is behind it goes on, and a webhook of it would have been enqueued with that.
        Assert.Equal(4, await ResultAsync(service, await Client(service).EnqueueAsync(new Sum(2, 2), new EnqueueOptions { Key = "one" })));
        Assert.Equal(JobState.Cancelled, (await FindAsync(service, dead)).State);
        Assert.Equal(1, await service.QueryAsync(db => db.Set<JobRow>().CountAsync(row => row.Type == "bus.webhook")));
    }

    [Theory]
    [InlineData(302, "Redirects are not followed")]
    [InlineData(410, "answered 410: As told.")]
    public async Task Should_not_insist_where_that_is_of_no_use(int status, string says)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answers.Enqueue(answer => (answer.StatusCode, answer.Headers.Location) = (status, "/elsewhere"));
        await using var service = await StartAsync();
        await Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Callback = receiver.Address });
        Assert.Contains(says, (await CallAsync(service, JobState.Dead)).Error, StringComparison.Ordinal);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task Should_not_be_enqueued_when_who_is_to_be_told_may_not_be_called()
    {
        await using var service = await StartAsync();
        var error = await Assert.ThrowsAsync<JobException>(() => Client(service).EnqueueAsync(new Sum(1, 1), new EnqueueOptions { Callback = new Uri("http://localhost/hook") }));
        Assert.Contains("AllowedHosts", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await service.QueryAsync(db => db.Set<JobRow>().CountAsync()));
    }

    private Task<OutboxService> StartAsync() => StartAsync(options: options =>
    {
        options.Webhooks.AllowedHosts.Add("127.0.0.1");
        options.Webhooks.Secrets.Add($"whsec_{Convert.ToBase64String(WebhookReceiver.Secret)}");
        options.Webhooks.Retry = new RetrySchedule { MaxAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(50) };
    });

    private static async Task<JobSummary> CallAsync(OutboxService service, JobState state)
    {
        JobSummary? call = null;
        await Eventually.AssertAsync(async () => (call = (await Operations(service).ListAsync(new JobQuery { Type = "bus.webhook", State = state })).SingleOrDefault()) is not null, Patience);
        return call!;
    }
}
