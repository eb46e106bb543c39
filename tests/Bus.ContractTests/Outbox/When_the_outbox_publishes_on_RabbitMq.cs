using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>On a broker a published type reaches the subscribers of what it implements only if somebody has bound the one to the other.</summary>
public sealed class When_the_outbox_publishes_on_RabbitMq : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestRabbitMq _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TestRabbitMq.CreateVirtualHostAsync();

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Should_reach_the_subscribers_of_a_base_type()
    {
        using var host = await StartAsync();
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:parcel-handler"));
        await endpoint.Send(new SendParcel("from a handler"));
        await using (var scope = host.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(new LetterSent("from a scope"));
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().SaveChangesAsync();
        }

        var seen = host.Services.GetRequiredService<SeenMail>();
        await Eventually.AssertAsync(() => seen.From.Order().SequenceEqual(["from a handler", "from a scope"]), because: () => string.Join(", ", seen.From));
        await host.StopAsync();
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Bus:Transport"] = "RabbitMq";
        builder.Configuration["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString();
        builder.Configuration["ConnectionStrings:Bus"] = $"Data Source={_folder["service.db"]};Pooling=False";
        builder.Services.AddSingleton<SeenMail>();
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<OutboxDb>();
            bus.Registration.AddConsumer<ParcelHandler>();
            bus.Registration.AddConsumer<MailObserver>();
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        await host.StartAsync();
        return host;
    }
}

public interface IMailSent
{
    string From { get; }
}

public sealed record SendParcel(string From);

public sealed record ParcelSent(string From) : IMailSent;

public sealed record LetterSent(string From) : IMailSent;

public sealed class SeenMail
{
    public System.Collections.Concurrent.ConcurrentQueue<string> From { get; } = new();
}

public sealed class ParcelHandler : IConsumer<SendParcel>
{
    public Task Consume(ConsumeContext<SendParcel> context) => context.Publish(new ParcelSent(context.Message.From));
}

public sealed class MailObserver(SeenMail seen) : IConsumer<IMailSent>
{
    public Task Consume(ConsumeContext<IMailSent> context)
    {
        seen.From.Enqueue(context.Message.From);
        return Task.CompletedTask;
    }
}
