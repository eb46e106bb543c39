using System.Collections.Concurrent;
using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

public sealed record Invoice(int Number, string Text);

public sealed record Reminder(int Number);

/// <summary>What the consumer of another service saw.</summary>
public sealed class Billing
{
    public bool Fails { get; set; } = true;

    public ConcurrentQueue<(byte[] Body, IReadOnlyDictionary<string, object> Headers)> Seen { get; } = new();
}

public sealed class InvoiceConsumer(Billing billing) : IConsumer<Invoice>
{
    public Task Consume(ConsumeContext<Invoice> context)
    {
        billing.Seen.Enqueue((context.ReceiveContext.Body.GetBytes(), context.ReceiveContext.TransportHeaders.GetAll().ToDictionary(header => header.Key, header => header.Value)));
        return billing.Fails ? throw new InvalidOperationException("No such customer.") : Task.CompletedTask;
    }
}

/// <summary>A service of plain MassTransit, which knows nothing of ours, on the same broker.</summary>
public sealed class When_other_services_fail_on_RabbitMq : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly TemporaryFolder _folder = new();
    private readonly Billing _billing = new();
    private TestRabbitMq _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TestRabbitMq.CreateVirtualHostAsync();

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_take_in_their_messages_byte_for_byte_and_send_them_back(bool quorum)
    {
        using var plain = await StartPlainAsync(quorum);
        var endpoint = await plain.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("exchange:billing"));
        await endpoint.Send(new Invoice(1, "Grüße \"äöü\""), context => context.Headers.Set("Tenant", "blue"));
        await endpoint.Send(new Reminder(2));
        using var ours = await StartOursAsync();
        var letters = ours.Services.GetRequiredService<IDeadLetters>();
        await Eventually.AssertAsync(async () => await letters.CountAsync(new DeadLetterQuery()) == 2, Patience);

        var failed = Assert.Single((await letters.ListAsync(new DeadLetterQuery { Reason = "fault" })).Letters);
        Assert.Equal(("billing", "No such customer.", MessageUrn.ForTypeString<Invoice>()), (failed.Queue, failed.ExceptionMessage, failed.MessageType));
        var skipped = Assert.Single((await letters.ListAsync(new DeadLetterQuery { Reason = "dead-letter" })).Letters);
        Assert.Equal(("billing", MessageUrn.ForTypeString<Reminder>()), (skipped.Queue, skipped.MessageType));
        var letter = (await letters.FindAsync(failed.Id))!;
        var (body, headers) = Assert.Single(_billing.Seen);
        Assert.Equal(body, letter.Body.ToArray());
        // MassTransit adds some when it reads a message, and the client numbers each sending.
        Assert.All(headers.Where(header => header.Key != MessageHeaders.MessageId && !header.Key.StartsWith("RabbitMQ-", StringComparison.Ordinal) && !header.Key.StartsWith("x-dotnet-", StringComparison.Ordinal)), header => Assert.Equal(header.Value.ToString(), letter.Headers[header.Key]?.ToString()));
        Assert.Equal("blue", letter.Headers["Tenant"]);
        Assert.Contains("InvoiceConsumer.Consume", failed.Stack, StringComparison.Ordinal);

        _billing.Fails = false;
        Assert.True(await letters.ReplayAsync(failed.Id));
        await Eventually.AssertAsync(() => _billing.Seen.Count == 2, Patience);
        var (again, others) = _billing.Seen.Last();
        Assert.Equal(body, again);
        Assert.Equal(("blue", failed.Id.ToString("D")), (others["Tenant"], others["Bus-Replay-Of"]));
        Assert.DoesNotContain(others.Keys, name => name.StartsWith("MT-Fault-", StringComparison.Ordinal));
        var depths = await _broker.QueueDepthsAsync();
        Assert.Equal((0, 0), (depths["billing_error"], depths["billing_skipped"]));
        await ours.StopAsync();
        await plain.StopAsync();
    }

    private async Task<IHost> StartPlainAsync(bool quorum)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddSingleton(_billing);
        builder.Services.AddMassTransit(services =>
        {
            services.DisableUsageTelemetry();
            services.AddConsumer<InvoiceConsumer>();
            services.UsingRabbitMq((context, bus) =>
            {
                bus.Host(_broker.Uri);
                bus.ReceiveEndpoint("billing", endpoint =>
                {
                    if (quorum)
                        endpoint.SetQuorumQueue();
                    endpoint.ConfigureConsumer<InvoiceConsumer>(context);
                });
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task<IHost> StartOursAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Bus:Transport"] = "RabbitMq";
        builder.Configuration["Bus:DeadLetters:Ingest:0"] = "billing";
        builder.Configuration["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString();
        builder.Configuration["ConnectionStrings:Bus"] = $"Data Source={_folder["service.db"]};Pooling=False";
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OutboxDb>();
            bus.AddDeadLetters();
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        await host.StartAsync();
        return host;
    }
}
