using Bus.Testing.Recording;
using Bus.Testing.Settling;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Bus.Testing;

/// <summary>
/// A bus in memory for a test: the service's own registration, with a clock that stands still until the test moves it, a database of its own if
/// <c>UseDatabase</c> is called, sagas in memory if not, and a wait that ends exactly when all is done. Dispose it to end it.
/// </summary>
public sealed class TestBus : IAsyncDisposable
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    private readonly IHost _host;
    private readonly TestDatabase _database;
    private readonly MessageLog _log;
    private readonly Settlement _settlement;

    internal TestBus(IHost host, TestDatabase database, FakeTimeProvider clock)
    {
        (_host, _database, Clock) = (host, database, clock);
        _log = host.Services.GetRequiredService<MessageLog>();
        _settlement = host.Services.GetRequiredService<Settlement>();
    }

    /// <summary>The clock of everything in the bus. It stands still; see <see cref="AdvanceAsync"/>.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>The container, as the service would see it.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The bus itself.</summary>
    public IBus Bus => Services.GetRequiredService<IBus>();

    /// <summary>Builds and starts a bus as <c>AddBus</c> would.</summary>
    /// <param name="configure">The same callback that the service gives to <c>AddBus</c>; test doubles go into <see cref="BusBuilder.Services"/>.</param>
    /// <param name="settings">Settings by key, such as <c>Bus:Retry:MaxAttempts</c>; null for none. Retries do not wait unless settings say so.</param>
    public static Task<TestBus> StartAsync(Action<BusBuilder> configure, IReadOnlyDictionary<string, string?>? settings = null) =>
        TestBusFactory.StartAsync(configure, settings, eager: false);

    /// <summary>
    /// As <see cref="StartAsync"/>, but every publish or send from outside of a handler returns only when all handlers that it set off, and all that those set off, have run; it
    /// throws <see cref="EagerFaultException"/> if one of them threw. Nothing is retried. What goes through an outbox leaves at the commit as ever: settle after it.
    /// </summary>
    public static Task<TestBus> StartEagerAsync(Action<BusBuilder> configure, IReadOnlyDictionary<string, string?>? settings = null) =>
        TestBusFactory.StartAsync(configure, settings, eager: true);

    /// <summary>Publishes an event.</summary>
    public Task Publish<T>(T message, CancellationToken cancellationToken = default)
        where T : class => Bus.Publish(message, cancellationToken);

    /// <summary>Sends a command to the queue that <typeparamref name="TConsumer"/> reads by convention.</summary>
    public async Task Send<TConsumer, T>(T message, CancellationToken cancellationToken = default)
        where TConsumer : class, IConsumer
        where T : class
    {
        var queue = Services.GetRequiredService<IEndpointNameFormatter>().Consumer<TConsumer>();
        var endpoint = await Bus.GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(message, cancellationToken);
    }

    /// <summary>Runs <paramref name="work"/> in a scope of its own, as a request would: with its own <c>DbContext</c> and publish endpoint.</summary>
    public async Task InScopeAsync(Func<IServiceProvider, Task> work)
    {
        await using var scope = Services.CreateAsyncScope();
        await work(scope.ServiceProvider);
    }

    /// <summary>
    /// Waits until every message that was sent is handled and every job that could run has run, with all that followed from it. A job that waits for its time, for an attempt too, is waited for once the clock has
    /// come to it; one that is paused, that no handler here takes, or that stands behind another of its key which waits itself, is not.
    /// </summary>
    /// <param name="timeout">Real time, not the test's clock; null for 10 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Messages are still on their way, the text says how many, or jobs are not done.</exception>
    public Task SettleAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _settlement.WaitAsync(timeout ?? DefaultPatience, cancellationToken);

    /// <summary>Moves the clock and waits until all that this set off is done.</summary>
    public Task AdvanceAsync(TimeSpan time)
    {
        Clock.Advance(time);
        return SettleAsync();
    }

    /// <summary>The messages of this type that were published, in order; also those that left an outbox.</summary>
    public IReadOnlyList<T> Published<T>()
        where T : class => _log.Published<T>();

    /// <summary>The messages of this type that were sent to a queue, in order; also those that left an outbox.</summary>
    public IReadOnlyList<T> Sent<T>()
        where T : class => _log.Sent<T>();

    /// <summary>The messages of this type that a handler finished, in order; one that two handlers finished is there twice.</summary>
    public IReadOnlyList<T> Consumed<T>()
        where T : class => _log.Consumed<T>();

    /// <summary>The messages of this type that a handler gave up on, with what it threw.</summary>
    public IReadOnlyList<FaultedMessage<T>> Faulted<T>()
        where T : class => _log.Faulted<T>();

    /// <summary>The saga with this id as it is stored; null if there is none.</summary>
    public Task<TSaga?> Saga<TSaga>(Guid correlationId)
        where TSaga : class, ISaga => SagaLookup.FindAsync<TSaga>(Services, correlationId);

    /// <summary>The saga with this id, which must be in <paramref name="state"/>.</summary>
    /// <exception cref="SagaStateException">There is no such saga, or it is in another state.</exception>
    public Task<TSaga> SagaInState<TSaga>(Guid correlationId, string state)
        where TSaga : class, SagaStateMachineInstance => SagaLookup.InStateAsync<TSaga>(Services, correlationId, state);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }

        _database.Dispose();
    }
}
