using System.Collections.Concurrent;
using Bus.Core.Recoverability;
using Bus.Testing;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_a_handler_fails
{
    [Theory]
    [InlineData(typeof(TimeoutException), 5, "AttemptsSpent")]
    [InlineData(typeof(InvalidOperationException), 5, "AttemptsSpent")]
    [InlineData(typeof(ArgumentException), 1, "PermanentError")]
    public async Task Should_try_as_often_as_the_error_deserves(Type error, int attempts, string reason)
    {
        var errors = new ErrorQueue("failing");
        await using var bus = await TestBus.StartAsync(b => { b.Registration.AddConsumer<Failing>(); errors.Add(b); });
        var work = new Work(Guid.NewGuid(), error.FullName!);

        await bus.Publish(work);
        await bus.SettleAsync();
        var dead = await errors.NextAsync();

        Assert.Equal(attempts, Failing.Attempts(work.Id));
        Assert.Equal(reason, dead["Bus-Give-Up-Reason"]);
        Assert.Equal(attempts.ToString(), dead["Bus-Attempts"]);
        Assert.Single(bus.Published<Fault<Work>>());
    }

    [Fact]
    public async Task Should_stop_retrying_when_the_budget_is_spent()
    {
        var errors = new ErrorQueue("failing");
        await using var bus = await TestBus.StartAsync(
            b => { b.Registration.AddConsumer<Failing>(); errors.Add(b); },
            new Dictionary<string, string?> { ["Bus:Retry:BudgetPercent"] = "0", ["Bus:Retry:BudgetPerSecond"] = "0" });
        var work = new Work(Guid.NewGuid(), typeof(TimeoutException).FullName!);

        await bus.Publish(work);
        await bus.SettleAsync();
        var dead = await errors.NextAsync();

        Assert.Equal(1, Failing.Attempts(work.Id));
        Assert.Equal("BudgetSpent", dead["Bus-Give-Up-Reason"]);
    }

    [Fact]
    public async Task Should_follow_the_settings_for_one_exception_type()
    {
        await using var bus = await TestBus.StartAsync(
            b => b.Registration.AddConsumer<Failing>(),
            new Dictionary<string, string?> { ["Bus:Retry:Exceptions:System.TimeoutException:MaxAttempts"] = "2" });
        var work = new Work(Guid.NewGuid(), typeof(TimeoutException).FullName!);

        await bus.Publish(work);
        await bus.SettleAsync();

        Assert.Equal(2, Failing.Attempts(work.Id));
    }

    [Fact]
    public async Task Should_follow_the_endpoint_s_own_rhythm()
    {
        await using var bus = await TestBus.StartAsync(b =>
        {
            b.Registration.AddConsumer<Failing>();
            b.Endpoint<Failing>(endpoint => endpoint.Retry = RetrySchedule.None);
        });
        var work = new Work(Guid.NewGuid(), typeof(TimeoutException).FullName!);

        await bus.Publish(work);
        await bus.SettleAsync();

        Assert.Equal(1, Failing.Attempts(work.Id));
    }

    [Fact]
    public async Task Should_try_only_once_and_keep_nothing_when_the_endpoint_delivers_at_most_once()
    {
        var errors = new ErrorQueue("failing");
        await using var bus = await TestBus.StartAsync(b =>
        {
            b.Registration.AddConsumer<Failing>();
            b.Endpoint<Failing>(endpoint => endpoint.Delivery = DeliveryMode.AtMostOnce);
            errors.Add(b);
        });
        var work = new Work(Guid.NewGuid(), typeof(TimeoutException).FullName!);

        await bus.Publish(work);
        await bus.SettleAsync();

        Assert.Equal(1, Failing.Attempts(work.Id));
        Assert.Equal(0, errors.Count);
    }

    public sealed record Work(Guid Id, string Error);

    private sealed class Failing : IConsumer<Work>
    {
        private static readonly ConcurrentDictionary<Guid, int> Counts = new();

        public static int Attempts(Guid id) => Counts.GetValueOrDefault(id);

        public Task Consume(ConsumeContext<Work> context)
        {
            Counts.AddOrUpdate(context.Message.Id, 1, (_, count) => count + 1);
            throw (Exception)Activator.CreateInstance(Type.GetType(context.Message.Error)!)!;
        }
    }
}
