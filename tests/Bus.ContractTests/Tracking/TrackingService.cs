using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Jobs;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.ContractTests.Tracking;

public sealed record Ship(int Number, string Mode = "");

/// <summary>What the consumers of one test do and saw; it outlives their process.</summary>
public sealed class ShippingScript
{
    private int _runs;

    public ConcurrentQueue<int> Shipped { get; } = new();

    public ConcurrentQueue<int> Audited { get; } = new();

    /// <summary>Told how many runs there were, this one included.</summary>
    public Func<ConsumeContext<Ship>, int, Task> Act { get; set; } = (_, _) => Task.CompletedTask;

    public int Run() => Interlocked.Increment(ref _runs);
}

/// <summary>Touches the database only if the message says so.</summary>
public sealed class ShippingConsumer(ShippingScript script, IServiceProvider scope) : IConsumer<Ship>
{
    public async Task Consume(ConsumeContext<Ship> context)
    {
        script.Shipped.Enqueue(context.Message.Number);
        if (context.Message.Mode.Contains("save", StringComparison.Ordinal))
        {
            var db = scope.GetRequiredService<OutboxDb>();
            db.Add(new Entry { Number = context.Message.Number });
            if (context.Message.Mode.Contains("saves", StringComparison.Ordinal))
                await db.SaveChangesAsync(context.CancellationToken);
        }

        if (context.Message.Mode.Contains("publish", StringComparison.Ordinal))
            await context.Publish(new Done(context.Message.Number));
        await script.Act(context, script.Run());
    }
}

/// <summary>Nobody tracks it.</summary>
public sealed class AuditConsumer(ShippingScript script) : IConsumer<Ship>
{
    public Task Consume(ConsumeContext<Ship> context)
    {
        script.Audited.Enqueue(context.Message.Number);
        return Task.CompletedTask;
    }
}

/// <summary>A service as its users build it, whose queue <c>ships</c> is tracked.</summary>
public sealed class TrackingService : IAsyncDisposable
{
    private readonly IHost _host;

    private TrackingService(IHost host) => _host = host;

    public IJobClient Client => _host.Services.GetRequiredService<IJobClient>();

    public IJobOperations Operations => _host.Services.GetRequiredService<IJobOperations>();

    public IDeadLetters Letters => _host.Services.GetRequiredService<IDeadLetters>();

    public static async Task<TrackingService> StartAsync(IReadOnlyDictionary<string, string?> settings, ShippingScript script, Action<TrackOptions>? track = null, Action<BusBuilder>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton(script);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OutboxDb>();
            bus.AddJobs(jobs => jobs.Track<ShippingConsumer>(track));
            bus.Registration.AddConsumer<ShippingConsumer>().Endpoint(endpoint => endpoint.Name = "ships");
            bus.Registration.AddConsumer<AuditConsumer>().Endpoint(endpoint => endpoint.Name = "ships");
            more?.Invoke(bus);
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new TrackingService(host);
    }

    public async Task<Guid> SendAsync(Ship ship, Guid? id = null, string queue = "ships")
    {
        var message = id ?? NewId.NextGuid();
        var endpoint = await _host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(ship, context => context.MessageId = message);
        return message;
    }

    public async Task<T> QueryAsync<T>(Func<OutboxDb, Task<T>> query)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<OutboxDb>());
    }

    /// <summary>The rows about a message.</summary>
    public Task<IReadOnlyList<JobSummary>> OfAsync(Guid message) => Operations.ListAsync(new JobQuery { Message = message });

    /// <summary>The row about a message, once it is in that state.</summary>
    public async Task<JobSummary> UntilAsync(Guid message, JobState state)
    {
        IReadOnlyList<JobSummary> rows = [];
        await Eventually.AssertAsync(
            async () => (rows = await OfAsync(message)) is [{ } row] && row.State == state, because: () => $"{rows.Count}: {string.Join(", ", rows.Select(row => $"{row.State} after {row.Attempts}, {row.Error}"))}");
        return rows[0];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
