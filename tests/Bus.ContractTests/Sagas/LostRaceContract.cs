using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Sagas;

/// <summary>What holds in addition where a row is not locked while the state machine runs, so that a message can find it changed at the end.</summary>
public abstract class LostRaceContract : SagaRepositoryContract
{
    [Fact]
    public async Task Should_try_again_quietly_and_count_it_when_the_row_has_changed()
    {
        using var conflicts = new ConflictCounter(nameof(Counter));
        var service = await StartAsync();
        await StartCounterAsync(service, "raced");
        var runs = 0;
        service.Hooks.OnIncrement = async counter =>
        {
            if (++runs <= 2)
            {
                await service.ChangeAsync(counter.CorrelationId, other => other.Count += 10);
            }
        };

        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => service.Consumed == 2);
        Assert.Equal(21, (await service.FindAsync(Id))!.Count);
        Assert.Equal(3, runs);
        Assert.Equal(2, conflicts.Count);
        Assert.Empty(service.Faults);
    }

    [Fact]
    public async Task Should_publish_once_what_several_tries_have_put_into_an_in_memory_outbox()
    {
        var service = await StartAsync(endpoint: (context, endpoint) => endpoint.UseInMemoryOutbox(context));
        await StartCounterAsync(service, "outbox");
        var runs = 0;
        service.Hooks.OnIncrement = counter =>
            ++runs <= 2 ? service.ChangeAsync(counter.CorrelationId, other => other.Starts++) : Task.CompletedTask;

        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(async () => service.Announced > 0 && await service.FindAsync(Id) is { Count: 1 });
        Assert.Equal(3, runs);
        Assert.Equal(1, service.Announced);
    }

    [Fact]
    public async Task Should_give_up_after_the_attempts_that_are_allowed_and_say_so()
    {
        var service = await StartAsync(services: services => services.Configure<SagaRepositoryOptions>(options => options.ConflictAttempts = 3));
        await StartCounterAsync(service, "hopeless");
        service.Hooks.OnIncrement = counter => service.ChangeAsync(counter.CorrelationId, other => other.Starts++);

        await service.PublishAsync(new Increment(Id));
        await Eventually.AssertAsync(() => !service.Faults.IsEmpty);
        var conflict = Assert.IsType<SagaConflictException>(Assert.Single(service.Faults));
        Assert.Equal(3, conflict.Attempts);
        Assert.Equal(Id, conflict.CorrelationId);
        Assert.Equal(typeof(Counter), conflict.SagaType);
        Assert.Equal(4, (await service.FindAsync(Id))!.Starts);
    }
}
