using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>What a caller outside a consumer may rely on, on every database.</summary>
public abstract class OutboxContract : DatabaseContract
{
    /// <summary>True where the messages travel through a file of queues; else in memory.</summary>
    protected virtual bool QueueFile => false;

    [Fact]
    public async Task Should_send_what_was_committed_with_data()
    {
        await using var service = await StartAsync();
        await service.InScopeAsync(async (db, publish) =>
        {
            db.Entries.Add(new Entry { Number = 1 });
            await publish.Publish(new Note(1, "ü"));
            Assert.Empty(service.Journal.Notes);
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 1);
        Assert.Equal(new Note(1, "ü"), service.Journal.Notes.Single());
        await service.DrainAsync();
    }

    [Fact]
    public async Task Should_send_what_was_saved_without_data()
    {
        await using var service = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(number));
            await db.SaveChangesAsync();
        })));
        await Eventually.AssertAsync(() => service.Journal.Notes.Count >= 200);
        Assert.Equal(Enumerable.Range(0, 200), service.Journal.Notes.Select(note => note.Number).Order());
        await service.DrainAsync();
    }

    [Fact]
    public async Task Should_send_what_SaveChanges_saved_without_async()
    {
        await using var service = await StartAsync();
        await service.DrainAsync();
        await Eventually.AssertAsync(() => service.QueryAsync(db => db.Set<Persistence.Leases.LeaseRow>().AnyAsync(lease => lease.Name.StartsWith("outbox:"))));
        await service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(1));
            Save(db);
            db.Entries.Add(new Entry());
            await publish.Publish(new Note(2));
            Save(db);
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 2);
        await service.DrainAsync();

        static void Save(OutboxDb db) => db.SaveChanges();
    }

    [Fact]
    public async Task Should_send_nothing_of_a_transaction_that_was_rolled_back_or_never_saved()
    {
        await using var service = await StartAsync();
        await service.InScopeAsync((_, publish) => publish.Publish(new Note(1)));
        await service.InScopeAsync(async (db, publish) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Entries.Add(new Entry());
            await publish.Publish(new Note(2));
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        });
        await service.InScopeAsync(async (db, publish) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await publish.Publish(new Note(3));
            await db.SaveChangesAsync();
        });
        await PublishAsync(service, 4);
        await Eventually.AssertAsync(() => service.Journal.Notes.Any(note => note.Number == 4));
        await service.DrainAsync();
        Assert.Equal(4, Assert.Single(service.Journal.Notes).Number);
        Assert.Equal(0, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_send_with_an_explicit_transaction_only_after_its_commit()
    {
        await using var service = await StartAsync();
        await service.InScopeAsync(async (db, publish) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Entries.Add(new Entry { Number = 5 });
            await publish.Publish(new Note(5));
            await db.SaveChangesAsync();
            await publish.Publish(new Note(6));
            await db.Entries.Where(entry => entry.Number == 5).ExecuteUpdateAsync(set => set.SetProperty(entry => entry.Number, 7));
            Assert.Empty(service.Journal.Notes);
            await transaction.CommitAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 2);
        await service.DrainAsync();
    }

    [Fact]
    public async Task Should_keep_messages_for_the_next_save_when_one_failed()
    {
        await using var service = await StartAsync();
        await service.InScopeAsync(async (db, publish) =>
        {
            var entry = new Entry { Id = 1 };
            db.Entries.Add(entry);
            await db.SaveChangesAsync();
            db.Entry(entry).State = EntityState.Detached;
            db.Entries.Add(new Entry { Id = 1 });
            await publish.Publish(new Note(1));
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
            db.ChangeTracker.Clear();
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 1);
        await service.DrainAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_keep_headers_ids_and_time_to_live(bool rawJson)
    {
        await using var service = await OutboxService.StartAsync<PlainConsumer>(Database, queueFile: QueueFile, configure: bus =>
        {
            if (rawJson)
                bus.UseRawJsonSerializer(isDefault: true);
        });
        var (conversation, correlation, message) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(1), context =>
            {
                context.MessageId = message;
                context.ConversationId = conversation;
                context.CorrelationId = correlation;
                context.TimeToLive = TimeSpan.FromHours(1);
                context.Headers.Set("tenant", "acme");
            });
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => !service.Journal.NoteContexts.IsEmpty);
        var context = service.Journal.NoteContexts.Single();
        Assert.Equal((message, conversation, correlation), (context.MessageId, context.ConversationId, context.CorrelationId));
        Assert.Equal("acme", context.Headers.Get<string>("tenant"));
        if (!rawJson)
            Assert.NotNull(context.ExpirationTime);
    }

    [Fact]
    public async Task Should_refuse_a_transaction_of_a_handlers_own()
    {
        await using var service = await OutboxService.StartAsync<SelfishConsumer>(Database, retries: 0, queueFile: QueueFile);
        await service.SendAsync(new Command(1));
        await Eventually.AssertAsync(() => service.Journal.Faults.Count == 1);
        Assert.Equal(0, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    [Fact]
    public async Task Should_send_a_key_on_only_when_its_parked_head_is_released_and_others_at_once()
    {
        await using var service = await StartAsync();
        await service.InScopeAsync(async (db, publish) =>
        {
            foreach (var number in Enumerable.Range(0, 4))
                await publish.Publish(new Note(number, number % 2 == 0 ? "even" : "odd"), context => context.SetOrderKey(number % 2 == 0 ? "even" : "odd"));
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.SaveChangesAsync();
            await db.Set<Persistence.Outbox.OrderedOutboxMessage>().Where(row => row.OrderKey == "even").OrderBy(row => row.Position).Take(1)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ParkedAt, 1L));
            await transaction.CommitAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 2);
        Assert.Equal([1, 3], service.Journal.Notes.Select(note => note.Number));
        Assert.Equal(1, await service.Administration.ReleaseParkedAsync(CancellationToken.None));
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 4);
        Assert.Equal([0, 2], service.Journal.Notes.Select(note => note.Number).Where(number => number % 2 == 0));
    }

    [Fact]
    public async Task Should_send_what_did_not_fit_into_memory()
    {
        await using var service = await StartAsync(outbox =>
        {
            outbox.Options.MemoryLimit = 100;
            outbox.Options.MessageDeliveryLimit = 5;
            outbox.QueryMessageLimit = 50;
        });
        await service.InScopeAsync(async (db, publish) =>
        {
            for (var number = 0; number < 2000; number++)
                await publish.Publish(new Note(number));
            await db.SaveChangesAsync();
        });
        await Eventually.AssertAsync(() => service.Journal.Notes.Count >= 2000);
        await service.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 2000), service.Journal.Notes.Select(note => note.Number).Order());
    }

    [Fact]
    public async Task Should_keep_the_messages_of_a_scope_that_got_its_context_from_one_that_was_just_ending()
    {
        await using var service = await OutboxService.StartAsync<PlainConsumer>(Database, bus: services => services.AddScoped<AtEnd>(), queueFile: QueueFile);
        List<AsyncServiceScope> later = [];
        await using (var ending = service.Services.CreateAsyncScope())
        {
            // A container disposes in reverse: the context goes back to the pool, then AtEnd runs, then the publish endpoint's part is taken down.
            var publish = ending.ServiceProvider.GetRequiredService<IPublishEndpoint>();
            ending.ServiceProvider.GetRequiredService<AtEnd>().Act = async () =>
            {
                // As many as the pool may hold: one of them gets the context.
                for (var number = 1; number <= 20; number++)
                {
                    later.Add(service.Services.CreateAsyncScope());
                    await later[^1].ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(new Note(number));
                }
            };
            await publish.Publish(new Note(0));
            await ending.ServiceProvider.GetRequiredService<OutboxDb>().SaveChangesAsync();
        }

        foreach (var scope in later)
        {
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().SaveChangesAsync();
            await scope.DisposeAsync();
        }

        await service.DrainAsync();
        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 21);
    }

    [Fact]
    public async Task Should_keep_the_order_of_a_key_over_two_processes()
    {
        OutboxService.SkipWhereQueuesAreShared(Database);
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        for (var number = 0; number < 60; number++)
        {
            var service = number % 2 == 0 ? first : second;
            await service.InScopeAsync(async (db, publish) =>
            {
                await publish.Publish(new Note(number, $"key-{number % 3}"), context => context.SetOrderKey($"key-{number % 3}"));
                await db.SaveChangesAsync();
            });
        }

        await Eventually.AssertAsync(() => first.Journal.Notes.Count + second.Journal.Notes.Count >= 60);
        await first.DrainAsync();

        // Each has a broker of its own, and one relay holds the lease: all went to one of them.
        var notes = !first.Journal.Notes.IsEmpty ? first.Journal.Notes : second.Journal.Notes;
        foreach (var key in notes.GroupBy(note => note.Text))
            Assert.Equal(key.Select(note => note.Number).Order(), key.Select(note => note.Number));
        Assert.Equal(60, notes.Count);
    }

    private static Task PublishAsync(OutboxService service, int number) => service.InScopeAsync(async (db, publish) =>
    {
        await publish.Publish(new Note(number));
        await db.SaveChangesAsync();
    });

    private Task<OutboxService> StartAsync(Action<IEntityFrameworkOutboxConfigurator>? outbox = null) => OutboxService.StartAsync<PlainConsumer>(Database, outbox, queueFile: QueueFile);

    /// <summary>Acts when its scope ends.</summary>
    private sealed class AtEnd : IAsyncDisposable
    {
        public Func<Task> Act { get; set; } = () => Task.CompletedTask;

        public ValueTask DisposeAsync() => new(Act());
    }
}
