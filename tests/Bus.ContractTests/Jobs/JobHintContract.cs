using System.Diagnostics;
using System.Text;
using Bus.ContractTests.Outbox;
using Bus.Core.SharedFile;
using Bus.Jobs;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Jobs;

/// <summary>How a process hears of the jobs of another where the queues are in a file: two services, of which one only enqueues.</summary>
public abstract class JobHintContract : JobTests
{
    private readonly TemporaryFolder _queues = new();
    private readonly Messages _messages = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _queues.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Should_be_told_by_a_word_and_no_message()
    {
        await using var worker = await StartAsync(concurrency: 4);
        await using var sender = await StartAsync(concurrency: 0);
        var neighbours = sender.Services.GetRequiredService<INeighbours>();
        foreach (var rubbish in new[] { "?", "jobs", "jobs\0", "jobs\0\0\0", "jobs\0test.db\0no such queue", "jobs\0service.db\0no such queue" })
            Assert.True(neighbours.TryTell(Encoding.UTF8.GetBytes(rubbish)));

        var fastest = Patience;
        for (var number = 0; number < 5; number++)
        {
            var took = await RunAsync(sender, number);
            fastest = took < fastest ? took : fastest;
        }

        // Who only looks finds one a second, when it has just found one.
        Assert.True(fastest < TimeSpan.FromMilliseconds(500), $"The fastest took {fastest}.");
        Assert.Equal(0, _messages.Count);
    }

    [Fact]
    public async Task Should_find_by_looking_what_it_was_not_told_of()
    {
        await using var worker = await StartAsync(concurrency: 4);
        await using var sender = await StartAsync(concurrency: 0, new Mute(Swallows: true));

        for (var number = 0; number < 2; number++)
            await RunAsync(sender, number);
        Assert.Equal(0, _messages.Count);
    }

    [Fact]
    public async Task Should_be_told_by_a_message_where_words_are_not_carried()
    {
        await using var worker = await StartAsync(concurrency: 4);
        await using var sender = await StartAsync(concurrency: 0, new Mute(Swallows: false));

        await RunAsync(sender, 1);
        await Eventually.AssertAsync(() => Task.FromResult(_messages.Count > 0));
    }

    private async Task<TimeSpan> RunAsync(OutboxService sender, int number)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.Act = (_, _) =>
        {
            begun.TrySetResult();
            return Task.CompletedTask;
        };
        var since = Stopwatch.GetTimestamp();
        await Client(sender).EnqueueAsync(new Sum(number, 1));
        await begun.Task.WaitAsync(Patience);
        return Stopwatch.GetElapsedTime(since);
    }

    private async Task<OutboxService> StartAsync(int concurrency, INeighbours? neighbours = null)
    {
        var service = await OutboxService.StartAsync<PlainConsumer>(
            Database,
            queueFile: true,
            shared: _queues,
            bus: registration =>
            {
                registration.AddSingleton(Script);
                if (neighbours is not null)
                    registration.AddSingleton(neighbours);
                registration.AddJobs<OutboxDb>(jobs =>
                {
                    jobs.Options.Concurrency = concurrency;
                    jobs.Handle<SumHandler>();
                });
            });
        service.Bus.ConnectPublishObserver(_messages);
        return service;
    }

    /// <summary>Counts the messages that tell of jobs in queues.</summary>
    private sealed class Messages : IPublishObserver
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class
        {
            if (context.Message is JobsQueued { Queues.Count: > 0 })
                Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }

    /// <summary>Carries no words, and says so or not.</summary>
    private sealed record Mute(bool Swallows) : INeighbours
    {
        public event Action<ReadOnlySpan<byte>>? Heard
        {
            add { }
            remove { }
        }

        public bool TryTell(ReadOnlySpan<byte> word) => Swallows;
    }
}

public sealed class When_neighbours_tell_of_jobs_on_sqlite : JobHintContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_neighbours_tell_of_jobs_on_postgres : JobHintContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_neighbours_tell_of_jobs_in_one_file : JobHintContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
