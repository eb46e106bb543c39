using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.ContractTests.Transports.UnderTest;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ContractTests.Redelivery;

/// <summary>What the consumers of one test do and saw; it outlives their process.</summary>
public sealed class FailureScript
{
    /// <summary>Each run of the consumer that is told what to do.</summary>
    public Arrivals<PutOffRun> Runs { get; } = new();

    public ConcurrentQueue<int> OtherRuns { get; } = new();

    public ConcurrentQueue<Done> Done { get; } = new();

    public ConcurrentQueue<Fault<Command>> Faults { get; } = new();

    /// <summary>The headers of what is in the error queue.</summary>
    public Arrivals<Dictionary<string, string?>> Dead { get; } = new();

    public Func<ConsumeContext<Command>, Task> Act { get; set; } = _ => Task.CompletedTask;

    public Func<ConsumeContext<Command>, Task> OtherAct { get; set; } = _ => Task.CompletedTask;

    public static Task FailUntil(ConsumeContext context, int redelivery) =>
        context.GetRedeliveryCount() < redelivery ? throw new InvalidOperationException("Not yet.") : Task.CompletedTask;
}

/// <summary>Stores and publishes before it does as it is told.</summary>
public sealed class ScriptedConsumer(FailureScript script, OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        db.Entries.Add(new Entry { Number = context.Message.Number });
        await db.SaveChangesAsync(context.CancellationToken);
        await context.Publish(new Done(context.Message.Number));
        script.Runs.Add(new PutOffRun(context));
        await script.Act(context);
    }
}

public sealed class OtherScriptedConsumer(FailureScript script) : IConsumer<Command>
{
    public Task Consume(ConsumeContext<Command> context)
    {
        script.OtherRuns.Enqueue(context.Message.Number);
        return script.OtherAct(context);
    }
}

public sealed class ScriptObserver(FailureScript script) : IConsumer<Done>, IConsumer<Fault<Command>>
{
    public Task Consume(ConsumeContext<Done> context)
    {
        script.Done.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<Fault<Command>> context)
    {
        script.Faults.Enqueue(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>A service as its users build it, whose queue <c>commands</c> puts off what fails.</summary>
public sealed class RedeliveryService : IAsyncDisposable
{
    private readonly IHost _host;

    private RedeliveryService(IHost host) => _host = host;

    private IServiceProvider Services => _host.Services;

    public static async Task<RedeliveryService> StartAsync(IReadOnlyDictionary<string, string?> settings, FailureScript script, Action<BusBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton(script);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OutboxDb>();
            bus.Registration.AddConsumer<ScriptedConsumer>().Endpoint(endpoint => endpoint.Name = "commands");
            bus.Registration.AddConsumer<ScriptObserver>().Endpoint(endpoint => endpoint.Name = "observer");
            bus.ConfigureSqlite((_, transport) => ReadErrors(transport, script));
            bus.ConfigureRabbitMq((_, transport) => ReadErrors(transport, script));
            configure?.Invoke(bus);
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        await host.StartAsync();
        return new RedeliveryService(host);
    }

    public async Task SendAsync(Command command, Guid? id = null, Action<SendContext<Command>>? more = null)
    {
        var endpoint = await Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:commands"));
        await endpoint.Send(command, context =>
        {
            context.MessageId = id ?? context.MessageId;
            more?.Invoke(context);
        });
    }

    public async Task<int[]> StoredAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<OutboxDb>().Entries.Select(entry => entry.Number).Order().ToArrayAsync();
    }

    public async Task<int> WaitingAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<OutboxDb>().Set<Persistence.Timers.TimerRow>().CountAsync();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.ExecuteSqlRawAsync(sql);
    }

    /// <summary>Returns when the timers and the outbox are empty.</summary>
    public async Task DrainAsync()
    {
        await Eventually.AssertAsync(async () => await WaitingAsync() == 0, TimeSpan.FromSeconds(30));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Services.GetRequiredService<IOutboxAdministration<OutboxDb>>().WaitUntilDrainedAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static void ReadErrors(IBusFactoryConfigurator transport, FailureScript script) => transport.ReceiveEndpoint("commands_error", endpoint =>
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.ConfigureReceive(pipe => pipe.UseFilter(new Reader(script)));
    });

    private sealed class Reader(FailureScript script) : IFilter<ReceiveContext>
    {
        public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            script.Dead.Add(context.TransportHeaders.GetAll().ToDictionary(header => header.Key, header => header.Value?.ToString()));
            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("reader");
    }
}
