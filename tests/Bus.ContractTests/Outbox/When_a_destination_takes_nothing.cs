using Bus.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>More messages for one destination than memory takes, while it takes none, and whatever fails in sending: the others go on.</summary>
public sealed class When_a_destination_takes_nothing : DatabaseContract
{
    [Fact]
    public async Task Should_send_to_others_though_more_waits_than_memory_takes()
    {
        await using var service = await StartAsync(outbox =>
        {
            outbox.Options.MemoryLimit = 100;
            outbox.Options.MessageDeliveryLimit = 8;
            outbox.Options.MessageDeliveryTimeout = TimeSpan.FromMinutes(2);
            outbox.QueryMessageLimit = 20;
        });
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var sending = service.Bus.ConnectSendObserver(new BeforeSend(context => context.DestinationAddress!.AbsolutePath.EndsWith("commands", StringComparison.Ordinal) ? room.Task : Task.CompletedTask));
        for (var number = 0; number < 50; number++)
            await SendAsync(service, number * 10);

        for (var number = 0; number < 20; number++)
        {
            await PublishAsync(service, number);
            await Eventually.AssertAsync(() => service.Journal.Notes.Count == number + 1);
        }

        room.SetResult();
        await Eventually.AssertAsync(() => service.Journal.Done.Count >= 500, TimeSpan.FromMinutes(1), () => $"{service.Journal.Done.Count} came");
        await service.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 500), service.Journal.Done.Select(done => done.Number).Order());
    }

    [Fact]
    public async Task Should_send_again_and_go_on_though_the_logger_throws()
    {
        await using var service = await StartAsync(outbox => outbox.Options.MessageDeliveryLimit = 1, services => services.AddSingleton<ILoggerProvider, Throwing>());
        var failures = 0;
        var observer = new BeforeSend(_ => Interlocked.Increment(ref failures) <= 3 ? throw new InvalidOperationException("The wire.") : Task.CompletedTask);
        using var sending = service.Bus.ConnectSendObserver(observer);
        using var publishing = service.Bus.ConnectPublishObserver(observer);
        for (var number = 0; number < 3; number++)
            await PublishAsync(service, number);

        await Eventually.AssertAsync(() => service.Journal.Notes.Count == 3);
        await service.DrainAsync();
        Assert.True(failures > 3);
    }

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();

    private static Task PublishAsync(OutboxService service, int number) => service.InScopeAsync(async (db, publish) =>
    {
        await publish.Publish(new Note(number));
        await db.SaveChangesAsync();
    });

    private static Task SendAsync(OutboxService service, int first) => service.InScopeAsync(async (db, scope) =>
    {
        var endpoint = await scope.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(new Uri("queue:commands"));
        for (var number = first; number < first + 10; number++)
            await endpoint.Send(new Command(number));
        await db.SaveChangesAsync();
    });

    private Task<OutboxService> StartAsync(Action<Persistence.IEntityFrameworkOutboxConfigurator> outbox, Action<IBusRegistrationConfigurator>? services = null) =>
        OutboxService.StartAsync<PlainConsumer>(Database, outbox, services);

    /// <summary>Throws at each warning of the outbox.</summary>
    private sealed class Throwing : ILoggerProvider, ILogger
    {
        private bool _isOutbox;

        public ILogger CreateLogger(string categoryName) => new Throwing { _isOutbox = categoryName == "Bus.Outbox" };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => _isOutbox && logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                throw new InvalidOperationException("The logger.");
        }

        public void Dispose()
        {
        }
    }
}
