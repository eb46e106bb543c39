using System.Data;
using System.Diagnostics;
using Bus.SqliteTransport;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>What is particular when a save writes into the queues itself: no relay, all or nothing, and one writer at a time who starves nobody.</summary>
public sealed class When_queues_and_service_have_one_file : DatabaseContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();

    [Fact]
    public async Task Should_deliver_what_was_committed_without_the_outbox_table()
    {
        await using var service = await StartAsync<StoringConsumer>();
        // Whoever writes a row for the relay fails.
        await ExecuteAsync(service, "CREATE TRIGGER no_outbox BEFORE INSERT ON bus_outbox BEGIN SELECT RAISE(ABORT, 'by the table'); END");
        await service.InScopeAsync(async (db, publish) =>
        {
            db.Entries.Add(new Entry { Number = 1 });
            await publish.Publish(new Note(1));
            await db.SaveChangesAsync();
        });
        await service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(2));
            await db.SaveChangesAsync();
        });
        await service.SendAsync(new Command(3));
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 2 && service.Journal.Done.Count == 1);
    }

    [Fact]
    public async Task Should_leave_nothing_of_what_was_rolled_back_and_all_of_what_came_before_a_savepoint()
    {
        await using var service = await StartAsync<PlainConsumer>();
        var before = await CountAsync(service, "busq_message");
        await service.InScopeAsync(async (db, publish) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await publish.Publish(new Note(1));
            await db.SaveChangesAsync();
            Assert.Equal(before + 1, await CountAsync(db, "busq_message"));
            await transaction.RollbackAsync();
        });
        Assert.Equal(before, await CountAsync(service, "busq_message"));
        await service.InScopeAsync(async (db, publish) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await publish.Publish(new Note(2));
            await db.SaveChangesAsync();
            await transaction.CreateSavepointAsync("here");
            await publish.Publish(new Note(3));
            await db.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("here");
            await publish.Publish(new Note(4));
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 2);
        await AssertEmptyAsync(service);
        Assert.Equal([2, 4], service.Journal.Notes.Select(note => note.Number).Order());
    }

    [Fact]
    public async Task Should_refuse_a_save_whose_message_finds_its_queue_full()
    {
        await using var service = await StartAsync<PlainConsumer>();
        await service.SendAsync(new Command(0));
        await Eventually.AssertAsync(() => service.Journal.Done.Count == 1);
        await ExecuteAsync(service, "UPDATE busq_queue SET max_length = 0 WHERE name = 'observer'; UPDATE busq_counter SET topology = topology + 1");
        await service.InScopeAsync(async (db, publish) =>
        {
            db.Entries.Add(new Entry { Number = 1 });
            await publish.Publish(new Note(1));
            var error = await Assert.ThrowsAsync<QueueFullException>(() => db.SaveChangesAsync());
            Assert.Contains("observer", error.Message, StringComparison.Ordinal);
            Assert.Equal(0, await db.Entries.CountAsync());
            // Room is made: what was refused goes with the next save.
            await ExecuteAsync(service, "UPDATE busq_queue SET max_length = 10 WHERE name = 'observer'; UPDATE busq_counter SET topology = topology + 1");
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 1);
        Assert.Equal(1, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_hand_over_what_the_relay_would()
    {
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "MassTransit", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        await using var one = await StartAsync<PlainConsumer>();
        await using var twoFiles = await TestDatabase.SqliteAsync();
        await using var two = await OutboxService.StartAsync<PlainConsumer>(twoFiles, queueFile: true);
        var (byCommit, byRelay) = (await PublishRichAsync(one), await PublishRichAsync(two));

        Assert.Equal(Describe(byRelay), Describe(byCommit));
        Assert.Equal(byRelay.Headers.GetAll().Select(header => header.Key).Order(), byCommit.Headers.GetAll().Select(header => header.Key).Order());
        Assert.Equal(
            byRelay.ReceiveContext.TransportHeaders.GetAll().Select(header => header.Key).Order(), byCommit.ReceiveContext.TransportHeaders.GetAll().Select(header => header.Key).Order());
    }

    [Fact]
    public async Task Should_share_the_work_of_two_processes_and_count_each_message_once()
    {
        const int messages = 200;
        await using var first = await StartAsync<StoringConsumer>();
        await using var second = await StartAsync<StoringConsumer>();
        await Task.WhenAll(Enumerable.Range(0, messages).Select(number => (number % 2 == 0 ? first : second).InScopeAsync(async (db, publish) =>
        {
            db.Marks.Add(new Mark());
            await publish.Publish(new Note(number));
            await db.SaveChangesAsync();
        })));
        await Eventually.AssertAsync(() => first.Journal.Notes.Count + second.Journal.Notes.Count >= messages);
        await AssertEmptyAsync(first);
        Assert.Equal(Enumerable.Range(0, messages), first.Journal.Notes.Concat(second.Journal.Notes).Select(note => note.Number).Order());
        Assert.Equal(messages, await first.QueryAsync(db => db.Marks.CountAsync()));
    }

    [Fact]
    public async Task Should_let_eight_writers_in_a_closed_loop_and_the_queues_all_go_on()
    {
        const int writers = 8;
        const int each = 50;
        await using var service = await StartAsync<StoringConsumer>();
        using var ended = new CancellationTokenSource();
        // Someone who holds the file for 300 ms again and again, until all others are done.
        var holder = HoldAgainAndAgainAsync(service, ended.Token);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var turn = 0; turn < each; turn++)
            {
                await service.InScopeAsync(async (db, publish) =>
                {
                    db.Marks.Add(new Mark());
                    await publish.Publish(new Note((writer * each) + turn));
                    await db.SaveChangesAsync();
                });
            }
        })).Append(Task.WhenAll(Enumerable.Range(0, 40).Select(number => service.SendAsync(new Command(number))))));
        await ended.CancelAsync();
        await holder;
        await Eventually.AssertAsync(() => service.Journal.Notes.Count >= writers * each && service.Journal.Done.Count >= 40);
        await AssertEmptyAsync(service);
        Assert.Equal(Enumerable.Range(0, writers * each), service.Journal.Notes.Select(note => note.Number).Order());
        Assert.Equal(writers * each, await service.QueryAsync(db => db.Marks.CountAsync()));
        Assert.Equal(40, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    private static async Task HoldAgainAndAgainAsync(OutboxService service, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await service.InScopeAsync(async (OutboxDb db, IPublishEndpoint _) =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, CancellationToken.None);
                await transaction.CommitAsync(CancellationToken.None);
            });
        }
    }

    private static async Task<ConsumeContext<Note>> PublishRichAsync(OutboxService service)
    {
        using var source = new ActivitySource("MassTransit");
        using var activity = source.StartActivity("caller");
        await service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(1, "ü"), context =>
            {
                (context.MessageId, context.CorrelationId) = (Ids[0], Ids[1]);
                (context.ConversationId, context.InitiatorId, context.RequestId) = (Ids[2], Ids[3], Ids[4]);
                context.ResponseAddress = new Uri("queue:answers");
                context.TimeToLive = TimeSpan.FromHours(1);
                context.Headers.Set("tenant", "acme");
                context.Headers.Set("count", 7);
            });
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.NoteContexts.Count == 1);
        var context = service.Journal.NoteContexts.Single();
        Assert.Equal(activity!.TraceId, ActivityContext.Parse(context.Headers.Get<string>("MT-Activity-Id")!, null).TraceId);
        return context;
    }

    private static readonly Guid[] Ids = [.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())];

    private static string Describe(ConsumeContext<Note> context) =>
        $"{context.Message} {context.MessageId} {context.CorrelationId} {context.ConversationId} {context.InitiatorId} {context.RequestId} {context.DestinationAddress} {context.ResponseAddress} "
        + $"{context.ExpirationTime is not null} {string.Join(',', context.SupportedMessageTypes)} {context.Headers.Get<string>("tenant")} {context.Headers.Get<long>("count", default(long?))} {context.ReceiveContext.ContentType}";

    private static async Task ExecuteAsync(OutboxService service, string sql) => await service.QueryAsync(db => db.Database.ExecuteSqlRawAsync(sql));

    private static Task<long> CountAsync(OutboxService service, string table) => service.QueryAsync(db => CountAsync(db, table));

    private static async Task<long> CountAsync(OutboxDb db, string table)
    {
        if (db.Database.GetDbConnection().State != ConnectionState.Open)
            await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction is { } current ? (System.Data.Common.DbTransaction)((Microsoft.EntityFrameworkCore.Infrastructure.IInfrastructure<System.Data.Common.DbTransaction>)current).Instance : null;
        command.CommandText = table switch
        {
            "busq_message" => "SELECT count(*) FROM busq_message",
            _ => throw new ArgumentException($"Nobody counts {table}.", nameof(table)),
        };
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static Task AssertEmptyAsync(OutboxService service) => Eventually.AssertAsync(async () => await CountAsync(service, "busq_message") == 0);

    private Task<OutboxService> StartAsync<TConsumer>()
        where TConsumer : class, IConsumer => OutboxService.StartAsync<TConsumer>(Database);
}
