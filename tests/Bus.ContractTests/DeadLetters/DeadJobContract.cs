using System.Text;
using Bus.ContractTests.Jobs;
using Bus.ContractTests.Outbox;
using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

/// <summary>What the store of dead letters has to do with jobs.</summary>
public abstract class DeadJobContract : JobTests
{
    private static IDeadLetters Letters(OutboxService service) => service.Services.GetRequiredService<IDeadLetters>();

    [Fact]
    public async Task Should_keep_a_dead_job_and_run_it_again_with_other_arguments()
    {
        Script.Act = (sum, _) => sum.Right == 0 ? throw new InvalidOperationException("By nothing.") : Task.CompletedTask;
        await using var service = await StartWithLettersAsync();
        var id = await Client(service).EnqueueAsync(new Sum(4, 0));
        await UntilAsync(service, id, JobState.Dead);
        var letter = Assert.Single((await Letters(service).ListAsync(new DeadLetterQuery())).Letters);
        Assert.Equal(letter, Assert.Single((await Letters(service).ListAsync(new DeadLetterQuery { Field = new DeadLetterField("left", "4") })).Letters));
        Assert.Equal(0, await Letters(service).CountAsync(new DeadLetterQuery { Field = new DeadLetterField("left", "0") }));
        Assert.Equal((DeadLetterKind.Job, DeadLetterState.Open, "default", id.ToString("D"), typeof(Sum).FullName), (letter.Kind, letter.State, letter.Queue, letter.MessageId, letter.MessageType));
        Assert.Equal((typeof(InvalidOperationException).FullName, "By nothing.", 1), (letter.ExceptionType, letter.ExceptionMessage, letter.Attempts));
        Assert.Equal(1, Assert.Single(await Letters(service).GroupsAsync()).Open);

        var arguments = Encoding.UTF8.GetString((await Letters(service).FindAsync(letter.Id))!.Body.Span);
        await Assert.ThrowsAsync<DeadLetterException>(() => Letters(service).ReplayAsync(letter.Id, queue: "other"));
        Assert.True(await Letters(service).ReplayAsync(letter.Id, Encoding.UTF8.GetBytes(arguments.Replace("\"right\":0", "\"right\":3", StringComparison.OrdinalIgnoreCase))));
        Assert.False(await Letters(service).ReplayAsync(letter.Id));
        Assert.Equal(7, await ResultAsync(service, id));
        Assert.Equal(DeadLetterState.Replayed, (await Letters(service).FindAsync(letter.Id))!.Summary.State);
    }

    [Fact]
    public async Task Should_close_the_letter_of_a_job_that_somebody_has_decided_about()
    {
        Script.Act = (_, _) => throw new InvalidOperationException("Always.");
        await using var service = await StartWithLettersAsync();
        var (again, deleted) = (await Client(service).EnqueueAsync(new Sum(1, 1)), await Client(service).EnqueueAsync(new Sum(2, 2)));
        await UntilAsync(service, again, JobState.Dead);
        await UntilAsync(service, deleted, JobState.Dead);
        Assert.True(await Operations(service).DeleteAsync(deleted));
        Assert.True(await Operations(service).RunAgainAsync(again));
        await UntilAsync(service, again, JobState.Dead);
        var states = (await Letters(service).ListAsync(new DeadLetterQuery { MessageId = again.ToString("D") })).Letters.Select(letter => letter.State);
        Assert.Equal([DeadLetterState.Open, DeadLetterState.Replayed], states);
        Assert.Equal(DeadLetterState.Discarded, Assert.Single((await Letters(service).ListAsync(new DeadLetterQuery { MessageId = deleted.ToString("D") })).Letters).State);

        Script.Act = (_, _) => Task.CompletedTask;
        var operation = await Letters(service).StartReplayAsync(new DeadLetterQuery { Kind = DeadLetterKind.Job });
        await UntilAsync(service, again, JobState.Succeeded);
        await Eventually.AssertAsync(async () => await Letters(service).FindOperationAsync(operation.Id) is { State: DeadLetterOperationState.Done, Succeeded: 1 }, Patience);
    }

    private Task<OutboxService> StartWithLettersAsync() => OutboxService.StartAsync<PlainConsumer>(Database, bus: registration =>
    {
        registration.AddSingleton(Script);
        registration.AddJobs<OutboxDb>(jobs => jobs.Handle<SumHandler>(options => options.Retry = new RetrySchedule { MaxAttempts = 1 }));
        registration.AddDeadLetters<OutboxDb>(new DeadLetterOptions().SearchField("Left"));
    });
}

public sealed class When_jobs_are_dead_on_sqlite : DeadJobContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_jobs_are_dead_on_postgres : DeadJobContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_jobs_are_dead_in_one_file : DeadJobContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
