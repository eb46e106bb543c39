using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence;
using Bus.Persistence.Jobs;
using Bus.TestSupport;
using MassTransit;
using MassTransit.JobService;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Tracking;

/// <summary>What the row of a message owes that a plain consumer handles, on every transport and database.</summary>
public abstract class TrackedConsumerContract : IAsyncLifetime
{
    private readonly ShippingScript _script = new();

    /// <summary>Transport and database.</summary>
    protected Dictionary<string, string?> Settings { get; } = new()
    {
        ["Bus:Retry:MaxAttempts"] = "3",
        ["Bus:Retry:Strategy"] = "Immediate",
    };

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("publish")]
    [InlineData("save")]
    [InlineData("saves publish")]
    public async Task Should_be_there_from_the_beginning_to_the_end(string mode)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = (_, _) => release.Task;
        await using var service = await StartAsync();
        // What is written first keeps others from writing where one writes at a time: those look at it afterwards.
        var message = await service.SendAsync(new Ship(1, mode));
        var begun = await service.UntilAsync(message, JobState.Running);
        Assert.Equal((typeof(ShippingConsumer).FullName, "ships", message, 0, ""), (begun.Type, begun.Queue, begun.Message, begun.Attempts, begun.Arguments));
        Assert.NotNull(begun.Node);
        Assert.NotNull(begun.StartedAt);
        Assert.Equal(message, Assert.Single(await service.Operations.ListAsync(new JobQuery { State = JobState.Running })).Message);
        Assert.Equal(1, (await ShipsAsync(service)).Running);

        release.SetResult();
        var ended = await service.UntilAsync(message, JobState.Succeeded);
        Assert.Equal((begun.Id, 0, 0, null), (ended.Id, ended.Attempts, ended.Crashes, ended.Error));
        Assert.NotNull(ended.EndedAt);
        Assert.Empty(await service.Operations.RunsAsync(ended.Id));
        Assert.Equal(mode.StartsWith("save", StringComparison.Ordinal) ? 1 : 0, await service.QueryAsync(db => db.Entries.CountAsync()));
        var queue = await ShipsAsync(service);
        Assert.Equal((0, 1), (queue.Running, queue.LastHour.Succeeded));
        // Of two consumers of the queue one is tracked.
        await Eventually.AssertAsync(() => _script.Audited.Count == 1);
        Assert.Single(await service.Operations.ListAsync(new JobQuery()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("saves")]
    public async Task Should_keep_the_error_of_each_attempt_that_failed(string mode)
    {
        _script.Act = (_, run) => run < 3 ? throw new TimeoutException($"Number {run}.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var message = await service.SendAsync(new Ship(1, mode));
        var ended = await service.UntilAsync(message, JobState.Succeeded);
        Assert.Equal((2, 0, null), (ended.Attempts, ended.Crashes, ended.Error));
        var runs = await service.Operations.RunsAsync(ended.Id);
        Assert.Equal([(1L, JobRunOutcome.Failed), (2L, JobRunOutcome.Failed)], runs.Select(run => (run.Number, run.Outcome)));
        Assert.Equal(["Number 1.", "Number 2."], runs.Select(run => run.Error!.Split(": ")[1].Split('\n')[0].TrimEnd()));
        Assert.All(runs, run => Assert.NotNull(run.Node));
        var tally = (await ShipsAsync(service)).LastHour;
        Assert.Equal((1, 2, 0), (tally.Succeeded, tally.Failed, tally.Dead));
        Assert.Equal(mode == "saves" ? 1 : 0, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_be_dead_when_it_is_given_up_and_go_on_when_its_letter_is_replayed()
    {
        _script.Act = (_, _) => throw new TimeoutException("Always.");
        await using var service = await StartAsync(more: bus => bus.AddDeadLetters());
        var message = await service.SendAsync(new Ship(1, "saves"));
        var dead = await service.UntilAsync(message, JobState.Dead);
        Assert.Equal(3, dead.Attempts);
        Assert.Contains("Always.", dead.Error, StringComparison.Ordinal);
        Assert.NotNull(dead.EndedAt);
        var queue = await ShipsAsync(service);
        Assert.Equal((1, 3, 1), (queue.Dead, queue.LastHour.Failed, queue.LastHour.Dead));

        Assert.Contains("dead letter", (await Assert.ThrowsAsync<JobException>(() => service.Operations.RunAgainAsync(dead.Id))).Message, StringComparison.Ordinal);
        Assert.Contains("dead letter", (await Assert.ThrowsAsync<JobException>(() => service.Operations.EditAsync(dead.Id, "{}"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JobException>(() => service.Operations.SetPriorityAsync(dead.Id, 9));
        await Assert.ThrowsAsync<JobException>(() => service.Client.CancelAsync(dead.Id));
        Assert.Equal(JobState.Dead, (await service.Client.FindAsync(dead.Id))!.State);

        // One letter, that of the message.
        var letters = service.Letters;
        await Eventually.AssertAsync(async () => await letters.CountAsync(new DeadLetterQuery()) == 1);
        var letter = Assert.Single((await letters.ListAsync(new DeadLetterQuery())).Letters);
        Assert.NotEqual(DeadLetterKind.Job, letter.Kind);
        _script.Act = (_, _) => Task.CompletedTask;
        Assert.True(await letters.ReplayAsync(letter.Id));
        var ended = await service.UntilAsync(message, JobState.Succeeded);
        Assert.Equal((dead.Id, 3, 0), (ended.Id, ended.Attempts, ended.Crashes));
        Assert.Equal(3, (await service.Operations.RunsAsync(ended.Id)).Count);
        Assert.Equal(1, await service.QueryAsync(db => db.Entries.CountAsync()));
        Assert.Single((await letters.ListAsync(new DeadLetterQuery())).Letters);
    }

    [Fact]
    public async Task Should_be_one_row_while_it_is_put_off_and_comes_again()
    {
        Settings["Bus:Retry:Redelivery:0"] = "00:00:01";
        _script.Act = (_, run) => run <= 3 ? throw new TimeoutException("Not yet.") : Task.CompletedTask;
        await using var service = await StartAsync();
        var message = await service.SendAsync(new Ship(1, "saves"));
        var waits = await service.UntilAsync(message, JobState.Retrying);
        Assert.Null(waits.EndedAt);
        var ended = await service.UntilAsync(message, JobState.Succeeded);
        Assert.Equal((waits.Id, 3, 0), (ended.Id, ended.Attempts, ended.Crashes));
        Assert.Equal(3, (await service.Operations.RunsAsync(ended.Id)).Count);
        Assert.Equal(0, (await ShipsAsync(service)).LastHour.Dead);
    }

    [Fact]
    public async Task Should_be_one_row_when_its_consumer_puts_it_off()
    {
        _script.Act = (context, run) => run == 1 ? context.Redeliver(TimeSpan.FromSeconds(1)) : Task.CompletedTask;
        await using var service = await StartAsync();
        var message = await service.SendAsync(new Ship(1));
        var waits = await service.UntilAsync(message, JobState.Retrying);
        Assert.Contains("put it off", waits.Note, StringComparison.Ordinal);
        var ended = await service.UntilAsync(message, JobState.Succeeded);
        Assert.Equal((waits.Id, 0, 0, null), (ended.Id, ended.Attempts, ended.Crashes, ended.Note));
        Assert.Equal(1, (await ShipsAsync(service)).LastHour.Succeeded);
    }

    [Fact]
    public async Task Should_be_one_row_however_often_the_message_comes()
    {
        await using var service = await StartAsync();
        var message = await service.SendAsync(new Ship(1, "save"));
        var first = await service.UntilAsync(message, JobState.Succeeded);
        await service.SendAsync(new Ship(1, "save"), message);
        await service.SendAsync(new Ship(1, "save"), message);
        await service.UntilAsync(await service.SendAsync(new Ship(2, "save")), JobState.Succeeded);
        await Eventually.AssertAsync(() => _script.Audited.Distinct().Count() == 2);
        Assert.Equal(first, await service.UntilAsync(message, JobState.Succeeded));
        Assert.Equal([1, 2], await service.QueryAsync(db => db.Entries.Select(entry => entry.Number).Order().ToListAsync()));
        Assert.Equal(2, (await ShipsAsync(service)).LastHour.Succeeded);
    }

    [Fact]
    public async Task Should_not_have_succeeded_when_the_work_could_not_commit()
    {
        _script.Act = (_, _) => Task.CompletedTask;
        await using var service = await StartAsync();
        await service.QueryAsync(db => db.Database.ExecuteSqlRawAsync("CREATE UNIQUE INDEX one_of_a_number ON \"Entries\" (\"Number\")"));
        await service.QueryAsync(async db =>
        {
            db.Add(new Entry { Number = 1 });
            return await db.SaveChangesAsync();
        });
        // Its consumer returns, and what it has added is refused.
        var message = await service.SendAsync(new Ship(1, "save publish"));
        var dead = await service.UntilAsync(message, JobState.Dead);
        Assert.Contains(nameof(DbUpdateException), dead.Error, StringComparison.Ordinal);
        Assert.InRange(dead.Attempts, 1, 3);
        Assert.Equal((0, 1), await ShipsAsync(service) is var queue ? (queue.LastHour.Succeeded, queue.LastHour.Dead) : default);
        Assert.True(await service.Operations.DeleteAsync(dead.Id));
        Assert.Empty(await service.OfAsync(message));
        Assert.Empty(await service.Operations.RunsAsync(dead.Id));
    }

    [Fact]
    public async Task Should_count_a_crash_when_it_comes_again_from_a_process_that_died()
    {
        await using var service = await StartAsync();
        var (message, row) = (NewId.NextGuid(), Guid.CreateVersion7());
        await service.QueryAsync(db =>
        {
            db.Add(new JobRow
            {
                Id = row,
                Type = typeof(ShippingConsumer).FullName!,
                Queue = "ships",
                State = (int)JobState.Running,
                Claims = 1,
                StartedAt = 1,
                Node = "the one that died",
                MessageId = message,
                ConsumerId = JobMetadataCache<ShippingConsumer, Ship>.GenerateJobTypeId("ships"),
            });
            return db.SaveChangesAsync();
        });
        await service.SendAsync(new Ship(1), message);
        var ended = await service.UntilAsync(message, JobState.Succeeded);
        Assert.Equal((row, 0, 1), (ended.Id, ended.Attempts, ended.Crashes));
        var lost = Assert.Single(await service.Operations.RunsAsync(row));
        Assert.Equal((1, JobRunOutcome.Lost, "the one that died"), (lost.Number, lost.Outcome, lost.Node));
        Assert.NotEqual("the one that died", ended.Node);
        Assert.Equal(1, (await ShipsAsync(service)).LastHour.Crashed);
    }

    [Fact]
    public async Task Should_be_left_alone_by_those_who_run_jobs()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Act = (_, run) => run == 1 ? release.Task : throw new TimeoutException("Always.");
        await using var service = await StartAsync(more: bus => bus.AddJobs(jobs => jobs.Handle<Jobs.PingHandler>()));
        var running = await service.SendAsync(new Ship(1));
        var row = await service.UntilAsync(running, JobState.Running);
        var dead = await service.UntilAsync(await service.SendAsync(new Ship(2)), JobState.Dead);
        // By then each part has looked at what there is to do.
        for (var number = 0; number < 3; number++)
            Assert.Equal("pong", await service.Client.ResultAsync<string>(await service.Client.EnqueueAsync(new Jobs.Ping())));
        Assert.Equal(row, await service.UntilAsync(running, JobState.Running));
        Assert.Equal(dead, await service.Client.FindAsync(dead.Id));
        // One that will never end may be removed, and the message fares as it does.
        Assert.True(await service.Operations.DeleteAsync(row.Id));
        release.SetResult();
        await service.UntilAsync(await service.SendAsync(new Ship(3)), JobState.Dead);
        Assert.Empty(await service.OfAsync(running));
    }

    [Fact]
    public async Task Should_have_the_name_and_the_body_that_were_asked_for()
    {
        await using var service = await StartAsync(track => (track.Name, track.KeepBody) = ("shipping", true));
        var ended = await service.UntilAsync(await service.SendAsync(new Ship(7, "slow")), JobState.Succeeded);
        Assert.Equal(("shipping", """{"number":7,"mode":"slow"}"""), (ended.Type, ended.Arguments));
    }

    [Fact]
    public async Task Should_keep_a_service_from_starting_that_could_show_nothing()
    {
        var error = await Assert.ThrowsAsync<JobException>(() => StartAsync(more: bus => bus.Endpoint("ships", endpoint => endpoint.Delivery = DeliveryMode.AtLeastOnce)));
        Assert.Contains("EffectivelyOnce", error.Message, StringComparison.Ordinal);
    }

    private Task<TrackingService> StartAsync(Action<TrackOptions>? track = null, Action<BusBuilder>? more = null) => TrackingService.StartAsync(Settings, _script, track, more);

    private static async Task<JobQueueSummary> ShipsAsync(TrackingService service) => Assert.Single(await service.Operations.QueuesAsync(), queue => queue.Name == "ships");
}
