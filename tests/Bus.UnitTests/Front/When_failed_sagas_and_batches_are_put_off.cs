using System.Collections.Concurrent;
using Bus.Persistence;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_failed_sagas_and_batches_are_put_off
{
    [Fact]
    public async Task Should_bring_them_to_a_saga_whose_state_was_rolled_back()
    {
        await using var bus = await PutOffs.StartAsync<JobDb>(b => b.Registration.AddSagaStateMachine<JobMachine, JobState>());
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
        await using var bus = await PutOffs.StartAsync<JobDb>(b => b.Registration.AddConsumer<Collector>(consumer => consumer.Options<BatchOptions>(options => options.SetMessageLimit(2))));
        var group = Guid.NewGuid();

        await bus.Publish(new Piece(group, 1));
        await bus.Publish(new Piece(group, 2));
        await bus.SettleAsync();
        Assert.Equal(2, Collector.Failures(group));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal([1, 2], Collector.Handled(group).Order());
        Assert.Empty(bus.Faulted<Piece>());
    }

    public sealed record Piece(Guid Group, int Number);

    public sealed record Begun(Guid CorrelationId) : CorrelatedBy<Guid>;

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

    private sealed class JobDb(DbContextOptions<JobDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddTransactionalOutboxEntities();
            modelBuilder.Entity<JobState>().HasKey(job => job.CorrelationId);
        }
    }
}
