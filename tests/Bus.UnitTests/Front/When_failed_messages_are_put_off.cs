using System.Collections.Concurrent;
using Bus.Persistence;
using Bus.Persistence.Inbox;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_failed_messages_are_put_off
{
    [Fact]
    public async Task Should_bring_them_when_a_test_moves_the_clock()
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b => b.Registration.AddConsumer<Patient>());
        var chore = new Chore(Guid.NewGuid(), 2);

        await bus.Publish(chore);
        await bus.SettleAsync();
        Assert.Equal(2, Patient.Runs(chore));
        Assert.Empty(bus.Consumed<Chore>());

        await bus.AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(2, Patient.Runs(chore));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(4, Patient.Runs(chore));
        await bus.AdvanceAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(5, Patient.Runs(chore));
        Assert.Equal([chore], bus.Consumed<Chore>());
        Assert.Empty(bus.Faulted<Chore>());
    }

    [Fact]
    public async Task Should_give_them_up_after_the_last_delay()
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b => b.Registration.AddConsumer<Patient>());
        var chore = new Chore(Guid.NewGuid(), 3);

        await bus.Publish(chore);
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(bus.Published<Fault<Chore>>());
        await bus.AdvanceAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(6, Patient.Runs(chore));
        Assert.Single(bus.Published<Fault<Chore>>());
        Assert.Single(bus.Faulted<Chore>());
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 4)]
    public async Task Should_follow_the_endpoint_s_own_delays(bool some, int runs)
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.Endpoint<Patient>(endpoint => endpoint.Redelivery = some ? [TimeSpan.FromHours(1)] : []);
        });
        var chore = new Chore(Guid.NewGuid(), 9);

        await bus.Publish(chore);
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(runs, Patient.Runs(chore));
        Assert.Single(bus.Published<Fault<Chore>>());
    }

    [Fact]
    public async Task Should_not_bring_them_to_others_of_the_queue_whose_inbox_has_forgotten_them()
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b =>
        {
            b.Registration.AddConsumer<Patient>().Endpoint(endpoint => endpoint.Name = "chores");
            b.Registration.AddConsumer<Quick>().Endpoint(endpoint => endpoint.Name = "chores");
        });
        var chore = new Chore(Guid.NewGuid(), 1);

        await bus.Publish(chore);
        await bus.SettleAsync();
        await ForgetAsync(bus);
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(3, Patient.Runs(chore));
        Assert.Equal(1, Quick.Runs(chore));
    }

    [Fact]
    public async Task Should_bring_them_to_a_consumer_that_was_renamed_meanwhile()
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b => b.Registration.AddConsumer<Patient>());
        var chore = new Chore(Guid.NewGuid(), 0);

        await bus.Bus.Publish(chore, context => context.Headers.Set("MT-Bus-InboxId", $"{context.MessageId}/{Guid.NewGuid()}"));
        await bus.SettleAsync();

        Assert.Equal(1, Patient.Runs(chore));
    }

    [Fact]
    public async Task Should_let_them_be_forwarded_to_another_queue_when_they_have_come()
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b =>
        {
            b.Registration.AddConsumer<Forwarding>();
            b.Registration.AddConsumer<Quick>().Endpoint(endpoint =>
            {
                endpoint.Name = "elsewhere";
                endpoint.ConfigureConsumeTopology = false;
            });
        });
        var chore = new Chore(Guid.NewGuid(), 1);

        await bus.Publish(chore);
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(1, Quick.Runs(chore));
    }

    [Fact]
    public async Task Should_mark_their_deliveries()
    {
        var marks = new ConcurrentQueue<bool>();
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.ConfigureEndpoints((_, _, endpoint) => endpoint.ConfigureReceive(pipe => pipe.UseFilter(new MarkReader(marks))));
        });

        await bus.Publish(new Chore(Guid.NewGuid(), 1));
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal([true, false], marks);
    }

    private static Task ForgetAsync(TestBus bus) => bus.InScopeAsync(async services =>
    {
        // Also what the process remembers without asking: a new one would not.
        await services.GetRequiredService<ChoreDb>().Set<InboxState>().ExecuteDeleteAsync();
        var recent = services.GetRequiredService<OutboxEngine<ChoreDb>>().Recent;
        for (var number = 0; number < 128 * 1024; number++)
        {
            recent.Add(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
        }
    });

    private sealed class Quick : IConsumer<Chore>
    {
        private static readonly ConcurrentDictionary<Guid, int> Counts = new();

        public static int Runs(Chore chore) => Counts.GetValueOrDefault(chore.Id);

        public Task Consume(ConsumeContext<Chore> context)
        {
            Counts.AddOrUpdate(context.Message.Id, 1, (_, count) => count + 1);
            return Task.CompletedTask;
        }
    }

    private sealed class Forwarding : IConsumer<Chore>
    {
        public Task Consume(ConsumeContext<Chore> context) =>
            context.GetRedeliveryCount() < context.Message.FailsBefore ? throw new TimeoutException() : context.Forward(new Uri("queue:elsewhere"));
    }

    private sealed class MarkReader(ConcurrentQueue<bool> marks) : IFilter<ReceiveContext>
    {
        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            await next.Send(context);
            marks.Enqueue(context.TryGetPayload<PutOffMark>(out _));
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("marks");
    }
}
