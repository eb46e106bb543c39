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
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Bus:Retry:MaxAttempts"] = "2",
        ["Bus:Retry:Redelivery:0"] = "00:00:10",
        ["Bus:Retry:Redelivery:1"] = "00:10:00",
    };

    [Fact]
    public async Task Should_bring_them_when_a_test_moves_the_clock()
    {
        await using var bus = await StartAsync(b => b.Registration.AddConsumer<Patient>());
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
        await using var bus = await StartAsync(b => b.Registration.AddConsumer<Patient>());
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
        await using var bus = await StartAsync(b =>
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
    public async Task Should_bring_them_to_a_saga_whose_state_was_rolled_back()
    {
        await using var bus = await StartAsync(b => b.Registration.AddSagaStateMachine<JobMachine, JobState>());
        var begun = new Begun(Guid.NewGuid());

        await bus.Publish(begun);
        await bus.SettleAsync();
        Assert.Null(await bus.Saga<JobState>(begun.CorrelationId));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(1, (await bus.SagaInState<JobState>(begun.CorrelationId, "Running")).Steps);
        Assert.Empty(bus.Faulted<Begun>());
    }

    [Fact]
    public async Task Should_bring_each_message_of_a_batch()
    {
        await using var bus = await StartAsync(b => b.Registration.AddConsumer<Collector>(consumer => consumer.Options<BatchOptions>(options => options.SetMessageLimit(2))));
        var group = Guid.NewGuid();

        await bus.Publish(new Piece(group, 1));
        await bus.Publish(new Piece(group, 2));
        await bus.SettleAsync();
        Assert.Equal(2, Collector.Failures(group));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal([1, 2], Collector.Handled(group).Order());
        Assert.Empty(bus.Faulted<Piece>());
    }

    [Fact]
    public async Task Should_not_bring_them_to_others_of_the_queue_whose_inbox_has_forgotten_them()
    {
        await using var bus = await StartAsync(b =>
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
        await using var bus = await StartAsync(b => b.Registration.AddConsumer<Patient>());
        var chore = new Chore(Guid.NewGuid(), 0);

        await bus.Bus.Publish(chore, context => context.Headers.Set("MT-Bus-InboxId", $"{context.MessageId}/{Guid.NewGuid()}"));
        await bus.SettleAsync();

        Assert.Equal(1, Patient.Runs(chore));
    }

    [Fact]
    public async Task Should_let_them_be_forwarded_to_another_queue_when_they_have_come()
    {
        await using var bus = await StartAsync(b =>
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
        await using var bus = await StartAsync(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.ConfigureEndpoints((_, _, endpoint) => endpoint.ConfigureReceive(pipe => pipe.UseFilter(new MarkReader(marks))));
        });

        await bus.Publish(new Chore(Guid.NewGuid(), 1));
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal([true, false], marks);
    }

    [Fact]
    public async Task Should_say_that_they_need_a_database_to_wait_in()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestBus.StartAsync(b => b.Registration.AddConsumer<Patient>(), Settings));

        Assert.Contains("Endpoint `patient` is to put failed messages off, which needs a database for them to wait in. Call `bus.UseDatabase<TDbContext>()`", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_say_that_an_endpoint_that_delivers_at_most_once_puts_nothing_off()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.Endpoint<Patient>(endpoint => (endpoint.Delivery, endpoint.Redelivery) = (DeliveryMode.AtMostOnce, [TimeSpan.Zero]));
        }));

        Assert.Contains("`patient` are wrong. `Redelivery:0` must be above zero", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("`Redelivery` must not be set with `DeliveryMode.AtMostOnce`", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_put_nothing_off_where_messages_are_delivered_at_most_once()
    {
        await using var bus = await StartAsync(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.Endpoint<Patient>(endpoint => endpoint.Delivery = DeliveryMode.AtMostOnce);
        });
        var chore = new Chore(Guid.NewGuid(), 9);

        await bus.Publish(chore);
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(1, Patient.Runs(chore));
    }

    private static Task<TestBus> StartAsync(Action<BusBuilder> configure) => TestBus.StartAsync(
        b =>
        {
            b.UseDatabase<ChoreDb>();
            configure(b);
        },
        Settings);

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

    public sealed record Chore(Guid Id, int FailsBefore);

    public sealed record Piece(Guid Group, int Number);

    public sealed record Begun(Guid CorrelationId) : CorrelatedBy<Guid>;

    private sealed class Patient : IConsumer<Chore>
    {
        private static readonly ConcurrentDictionary<Guid, int> Counts = new();

        public static int Runs(Chore chore) => Counts.GetValueOrDefault(chore.Id);

        public Task Consume(ConsumeContext<Chore> context)
        {
            Counts.AddOrUpdate(context.Message.Id, 1, (_, count) => count + 1);
            return context.GetRedeliveryCount() < context.Message.FailsBefore ? throw new TimeoutException() : Task.CompletedTask;
        }
    }

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

    private sealed class Collector : IConsumer<Batch<Piece>>
    {
        private static readonly ConcurrentDictionary<Guid, int> Failed = new();
        private static readonly ConcurrentBag<Piece> Done = [];

        public static int Failures(Guid group) => Failed.GetValueOrDefault(group);

        public static IEnumerable<int> Handled(Guid group) => Done.Where(piece => piece.Group == group).Select(piece => piece.Number);

        public Task Consume(ConsumeContext<Batch<Piece>> context)
        {
            if (context.Message.Any(piece => piece.GetRedeliveryCount() == 0))
            {
                Failed.AddOrUpdate(context.Message[0].Message.Group, 1, (_, count) => count + 1);
                throw new TimeoutException();
            }

            foreach (var piece in context.Message)
            {
                Done.Add(piece.Message);
            }

            return Task.CompletedTask;
        }
    }

    private sealed class JobMachine : MassTransitStateMachine<JobState>
    {
        public JobMachine()
        {
            InstanceState(job => job.CurrentState);
            Initially(When(Begun).Then(context => context.Saga.Steps++).TransitionTo(Running)
                .Then(context =>
                {
                    if (context.GetRedeliveryCount() == 0)
                    {
                        throw new TimeoutException();
                    }
                }));
        }

        public State Running { get; private set; } = null!;

        public Event<Begun> Begun { get; private set; } = null!;
    }

    public sealed class JobState : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string CurrentState { get; set; } = "";

        public int Steps { get; set; }
    }

    private sealed class ChoreDb(DbContextOptions<ChoreDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddTransactionalOutboxEntities();
            modelBuilder.Entity<JobState>().HasKey(job => job.CorrelationId);
        }
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
