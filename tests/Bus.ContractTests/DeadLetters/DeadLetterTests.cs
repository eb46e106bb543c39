using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.ContractTests.DeadLetters;

/// <summary>What the tests of dead letters share: a consumer that fails until it is told not to.</summary>
public abstract class DeadLetterTests : DatabaseContract
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected static IDeadLetters Letters(OutboxService service) => service.Services.GetRequiredService<IDeadLetters>();

    protected async Task<OutboxService> StartAsync(bool fails = true, bool queueFile = false, DeadLetterOptions? options = null, TemporaryFolder? shared = null)
    {
        var service = await OutboxService.StartAsync<PlainConsumer>(Database, bus: registration => registration.AddDeadLetters<OutboxDb>(options), retries: 0, queueFile: queueFile, shared: shared);
        if (fails)
            service.Journal.OnCommand = (command, _) => throw new InvalidOperationException($"Command {command.Number} is refused.");
        return service;
    }

    protected static void Mend(OutboxService service) => service.Journal.OnCommand = (_, _) => Task.CompletedTask;

    /// <summary>The open letters, the oldest first, once there are so many.</summary>
    protected static async Task<IReadOnlyList<DeadLetterSummary>> OpenAsync(OutboxService service, int count)
    {
        var open = new DeadLetterQuery { State = DeadLetterState.Open };
        await Eventually.AssertAsync(async () => await Letters(service).CountAsync(open) == count, Patience);
        return [.. (await Letters(service).ListAsync(open)).Letters.Reverse()];
    }

    protected static async Task SendAsync(OutboxService service, params int[] numbers)
    {
        foreach (var number in numbers)
            await service.SendAsync(new Command(number, $"text {number}"));
    }

    protected static Task UntilAsync(OutboxService service, Guid operation, DeadLetterOperationState state) =>
        Eventually.AssertAsync(async () => (await Letters(service).FindOperationAsync(operation))!.State == state, Patience);

    /// <summary>What the consumer has published, once there is so much of it.</summary>
    protected static async Task<IReadOnlyList<int>> DoneAsync(OutboxService service, int count)
    {
        await Eventually.AssertAsync(() => service.Journal.Done.Count >= count, Patience);
        await service.DrainAsync();
        return [.. service.Journal.Done.Select(done => done.Number)];
    }
}
