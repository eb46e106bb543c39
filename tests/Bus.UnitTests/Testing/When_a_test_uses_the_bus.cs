using Bus.Testing;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Testing;

public sealed class When_a_test_uses_the_bus
{
    [Fact]
    public async Task Should_settle_when_the_whole_cascade_is_done()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumers(typeof(Countdown), typeof(Witness)));

        await bus.Publish(new Count(50));
        await bus.SettleAsync();

        Assert.Equal(51, bus.Consumed<Count>().Count(count => count.Left >= 0) / 2);
        Assert.Equal(51, bus.Published<Count>().Count);
    }

    [Fact]
    public async Task Should_settle_at_once_when_nobody_listens()
    {
        await using var bus = await TestBus.StartAsync(_ => { });

        await bus.Publish(new Count(1));
        await bus.SettleAsync();

        Assert.Single(bus.Published<Count>());
        Assert.Empty(bus.Consumed<Count>());
    }

    [Fact]
    public async Task Should_tell_what_failed_after_its_retries()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumer<Failing>());

        await bus.Publish(new Order("7"));
        await bus.SettleAsync();

        var fault = Assert.Single(bus.Faulted<Order>());
        Assert.Equal("7", fault.Message.Number);
        Assert.Equal("no stock", fault.Exception.Message);
        Assert.Empty(bus.Consumed<Order>());
    }

    [Fact]
    public async Task Should_say_how_much_is_left_when_it_does_not_settle()
    {
        var gate = new TaskCompletionSource();
        await using var bus = await TestBus.StartAsync(b => b.ConfigureInMemory((_, cfg) =>
            cfg.ReceiveEndpoint("held", endpoint => endpoint.Handler<Order>(_ => gate.Task))));

        await bus.Publish(new Order("7"));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => bus.SettleAsync(TimeSpan.FromMilliseconds(50)));
        gate.SetResult();
        await bus.SettleAsync();

        Assert.Contains("1 messages are still on their way", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_answer_requests()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumer<Answering>());

        var response = await bus.Bus.Request<Order, Answer>(new Order("7"));
        await bus.SettleAsync();

        Assert.Equal("re 7", response.Message.Text);
    }

    [Fact]
    public async Task Should_send_a_command_to_the_queue_of_its_consumer()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumer<Answering>());

        await bus.Send<Answering, Order>(new Order("8"));
        await bus.SettleAsync();

        Assert.Equal("8", Assert.Single(bus.Consumed<Order>()).Number);
        Assert.Equal("8", Assert.Single(bus.Sent<Order>()).Number);
    }

    [Fact]
    public async Task Should_show_sagas_and_their_state()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddSagaStateMachine<DeliveryMachine, Delivery>());
        var id = Guid.NewGuid();

        await bus.Publish(new Shipped(id));
        await bus.SettleAsync();

        var saga = await bus.SagaInState<Delivery>(id, "UnderWay");
        Assert.Equal(id, saga.CorrelationId);
        Assert.Null(await bus.Saga<Delivery>(Guid.NewGuid()));
        var error = await Assert.ThrowsAsync<SagaStateException>(() => bus.SagaInState<Delivery>(id, "Delivered"));
        Assert.Contains("must be in state Delivered, but is in UnderWay", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_move_the_clock_of_retries()
    {
        await using var bus = await TestBus.StartAsync(
            b => b.Registration.AddConsumer<FailingOnce>(),
            new Dictionary<string, string?> { ["Bus:Retry:Strategy"] = "Fixed", ["Bus:Retry:FirstDelay"] = "00:00:01", ["Bus:Retry:Jitter"] = "None", ["Bus:Retry:MaxAttempts"] = "2" });
        var trial = new Trial(Guid.NewGuid());

        await bus.Publish(trial);
        await FailingOnce.Failed(trial.Id);
        await Assert.ThrowsAsync<TimeoutException>(() => bus.SettleAsync(TimeSpan.FromMilliseconds(50)));
        await bus.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Single(bus.Consumed<Trial>());
    }

    [Fact]
    public async Task Should_run_everything_in_the_caller_when_eager()
    {
        await using var bus = await TestBus.StartEagerAsync(b => b.Registration.AddConsumers(typeof(Countdown), typeof(Failing)));

        await bus.Publish(new Count(5));
        Assert.Equal(6, bus.Consumed<Count>().Count);

        var error = await Assert.ThrowsAsync<EagerFaultException>(() => bus.Publish(new Order("7")));
        Assert.Equal("no stock", error.InnerException?.Message);
        await bus.Publish(new Count(0));
    }

    public sealed record Count(int Left);

    public sealed record Order(string Number);

    public sealed record Answer(string Text);

    public sealed record Trial(Guid Id);

    public sealed record Shipped(Guid CorrelationId) : CorrelatedBy<Guid>;

    private sealed class Countdown : IConsumer<Count>
    {
        public Task Consume(ConsumeContext<Count> context) =>
            context.Message.Left > 0 ? context.Publish(new Count(context.Message.Left - 1)) : Task.CompletedTask;
    }

    private sealed class Witness : IConsumer<Count>
    {
        public Task Consume(ConsumeContext<Count> context) => Task.CompletedTask;
    }

    private sealed class Failing : IConsumer<Order>
    {
        public Task Consume(ConsumeContext<Order> context) => throw new InvalidOperationException("no stock");
    }

    private sealed class Answering : IConsumer<Order>
    {
        public Task Consume(ConsumeContext<Order> context) => context.RespondAsync(new Answer("re " + context.Message.Number));
    }

    private sealed class FailingOnce : IConsumer<Trial>
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, TaskCompletionSource> Tried = new();

        public static Task Failed(Guid id) => Tried.GetOrAdd(id, _ => new TaskCompletionSource()).Task;

        public Task Consume(ConsumeContext<Trial> context)
        {
            var tried = Tried.GetOrAdd(context.Message.Id, _ => new TaskCompletionSource());
            return tried.TrySetResult() ? throw new TimeoutException() : Task.CompletedTask;
        }
    }

    public sealed class Delivery : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string? CurrentState { get; set; }
    }

    private sealed class DeliveryMachine : MassTransitStateMachine<Delivery>
    {
        public DeliveryMachine()
        {
            InstanceState(delivery => delivery.CurrentState);
            Initially(When(Shipped).TransitionTo(UnderWay));
        }

        public State UnderWay { get; private set; } = null!;

        public State Delivered { get; private set; } = null!;

        public Event<Shipped> Shipped { get; private set; } = null!;
    }
}
