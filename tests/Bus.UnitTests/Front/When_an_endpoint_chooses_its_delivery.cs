using System.Collections.Concurrent;
using System.Text;
using Bus.Persistence;
using Bus.Persistence.Inbox;
using Bus.Testing;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_an_endpoint_chooses_its_delivery
{
    private const DeliveryMode AtMostOnce = DeliveryMode.AtMostOnce;

    [Theory]
    [InlineData("fail")]
    [InlineData("unreadable")]
    [InlineData("long")]
    public async Task Should_drop_what_fails_at_most_once(string what)
    {
        var errors = new ErrorQueue("reading");
        await using var bus = await TestBus.StartAsync(
            b => { b.Registration.AddConsumer<ReadingConsumer>(); b.Endpoint<ReadingConsumer>(e => e.Delivery = AtMostOnce); errors.Add(b); },
            new Dictionary<string, string?> { ["Bus:MaxMessageBytes"] = "3000" });
        var reading = new Reading(Guid.NewGuid(), what + (what == "long" ? new string('x', 4000) : ""));
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:reading"));

        await endpoint.Send(reading, context => context.Serializer = what == "unreadable" ? new Unreadable() : context.Serializer);
        await endpoint.Send(new Reading(Guid.NewGuid(), "do"));
        await bus.SettleAsync();

        Assert.Equal(what == "fail" ? 1 : 0, Runs.Of(reading.Id));
        Assert.Equal("do", Assert.Single(bus.Consumed<Reading>()).What);
        Assert.Equal(0, errors.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(DeliveryMode.AtLeastOnce)]
    public async Task Should_try_again_and_keep_what_fails_at_least_once(DeliveryMode? mode)
    {
        var errors = new ErrorQueue("reading");
        await using var bus = await TestBus.StartAsync(
            b => { b.Registration.AddConsumer<ReadingConsumer>(); b.Endpoint<ReadingConsumer>(e => e.Delivery = mode); errors.Add(b); });
        var reading = new Reading(Guid.NewGuid(), "fail");

        await bus.Send<ReadingConsumer, Reading>(reading);
        await bus.SettleAsync();
        await errors.NextAsync();

        Assert.Equal(5, Runs.Of(reading.Id));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(DeliveryMode.EffectivelyOnce, 1)]
    [InlineData(DeliveryMode.AtLeastOnce, 2)]
    [InlineData(DeliveryMode.AtMostOnce, 2)]
    public async Task Should_apply_a_duplicate_once_only_where_the_inbox_guards(DeliveryMode? mode, int effects)
    {
        await using var bus = await TestBus.StartAsync(b =>
        {
            b.UseDatabase<ReadingDb>();
            b.Registration.AddConsumer<StoringConsumer>();
            b.Endpoint<StoringConsumer>(e => e.Delivery = mode);
        });
        var reading = new Reading(Guid.NewGuid(), "do");
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:storing"));

        for (var i = 0; i < 2; i++)
        {
            await endpoint.Send(reading, context => context.MessageId = reading.Id);
            await bus.SettleAsync();
        }

        await bus.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ReadingDb>();
            Assert.Equal(effects, await db.Rows.CountAsync(row => row.Reading == reading.Id));
            Assert.Equal(effects == 1 ? 1 : 0, await db.Set<InboxState>().CountAsync());
        });
        Assert.Equal(effects, bus.Published<Stored>().Count);
    }

    [Fact]
    public async Task Should_leave_no_effect_of_a_try_that_failed_effectively_once()
    {
        await using var bus = await TestBus.StartAsync(b => { b.UseDatabase<ReadingDb>(); b.Registration.AddConsumer<StoringConsumer>(); });
        var reading = new Reading(Guid.NewGuid(), "fail once");

        await bus.Send<StoringConsumer, Reading>(reading);
        await bus.SettleAsync();

        Assert.Equal(2, Runs.Of(reading.Id));
        Assert.Single(bus.Published<Stored>());
        await bus.InScopeAsync(async services => Assert.Equal(1, await services.GetRequiredService<ReadingDb>().Rows.CountAsync()));
    }

    [Fact]
    public async Task Should_ask_for_a_database_before_it_promises_effectively_once()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestBus.StartAsync(b =>
        {
            b.Registration.AddConsumer<ReadingConsumer>();
            b.Endpoint<ReadingConsumer>(e => e.Delivery = DeliveryMode.EffectivelyOnce);
        }));

        Assert.Contains("Call `bus.UseDatabase<TDbContext>()`", error.ToString(), StringComparison.Ordinal);
    }

    public sealed record Reading(Guid Id, string What);

    public sealed record Stored(Guid Id);

    public sealed class ReadingRow
    {
        public int Id { get; set; }

        public Guid Reading { get; set; }
    }

    public sealed class ReadingDb(DbContextOptions<ReadingDb> options) : DbContext(options)
    {
        public DbSet<ReadingRow> Rows => Set<ReadingRow>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }

    private static class Runs
    {
        private static readonly ConcurrentDictionary<Guid, int> Counts = new();

        public static int Of(Guid id) => Counts.GetValueOrDefault(id);

        public static void Begin(Reading reading)
        {
            var run = Counts.AddOrUpdate(reading.Id, 1, (_, count) => count + 1);
            if (reading.What == "fail" || (reading.What == "fail once" && run == 1))
            {
                throw new TimeoutException("as asked");
            }
        }
    }

    private sealed class ReadingConsumer : IConsumer<Reading>
    {
        public Task Consume(ConsumeContext<Reading> context)
        {
            Runs.Begin(context.Message);
            return Task.CompletedTask;
        }
    }

    private sealed class StoringConsumer(ReadingDb db) : IConsumer<Reading>
    {
        public async Task Consume(ConsumeContext<Reading> context)
        {
            db.Rows.Add(new ReadingRow { Reading = context.Message.Id });
            await context.Publish(new Stored(context.Message.Id));
            await db.SaveChangesAsync(context.CancellationToken);
            Runs.Begin(context.Message);
        }
    }

    private sealed class Unreadable : IMessageSerializer
    {
        public System.Net.Mime.ContentType ContentType => SystemTextJsonMessageSerializer.JsonContentType;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class => new BytesMessageBody(Encoding.UTF8.GetBytes("not json at all"));
    }
}
