using Bus.ContractTests.Outbox;
using Bus.Persistence;
using Bus.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

/// <summary>A broker drops what is sent to a queue that is not there.</summary>
public sealed class When_letters_are_sent_again_on_RabbitMq : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private TestRabbitMq _broker = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await TestRabbitMq.CreateVirtualHostAsync();
        _connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Should_refuse_to_send_to_a_queue_that_is_not_there_and_leave_the_letter_open()
    {
        using var service = await StartAsync("billing", "gone");
        var letters = service.Services.GetRequiredService<IDeadLetters>();
        await DeclareAsync("billing", bind: true);
        await FailAsync("billing", "1", "2");
        await FailAsync("gone", "3");
        await Eventually.AssertAsync(async () => await letters.CountAsync(new DeadLetterQuery()) == 3, Patience);

        var one = Assert.Single((await letters.ListAsync(new DeadLetterQuery { MessageId = "1" })).Letters);
        foreach (var queue in (string[])["gone", "biling"])
            Assert.Contains($"no queue `{queue}`", (await Assert.ThrowsAsync<DeadLetterException>(() => letters.ReplayAsync(one.Id, queue: queue))).Message, StringComparison.Ordinal);
        Assert.Equal(one, (await letters.FindAsync(one.Id))!.Summary);
        // To ask declares nothing.
        Assert.Equal(["billing", "billing_error", "gone_error"], (await _broker.QueueDepthsAsync()).Keys.Order(StringComparer.Ordinal));

        var operation = await letters.StartReplayAsync(new DeadLetterQuery());
        await Eventually.AssertAsync(async () => (await letters.FindOperationAsync(operation.Id))!.State == DeadLetterOperationState.Done, Patience);
        var report = (await letters.FindOperationAsync(operation.Id))!;
        Assert.Equal((2, 1), (report.Succeeded, report.Refused));
        Assert.Contains("no queue `gone`", report.Error, StringComparison.Ordinal);
        Assert.Equal("gone", Assert.Single((await letters.ListAsync(new DeadLetterQuery { State = DeadLetterState.Open })).Letters).Queue);
        await Eventually.AssertAsync(async () => (await _broker.QueueDepthsAsync())["billing"] == 2, Patience);

        await DeclareAsync("gone", bind: true);
        Assert.True(await letters.ReplayAsync(Assert.Single((await letters.ListAsync(new DeadLetterQuery { MessageId = "3" })).Letters).Id));
        await Eventually.AssertAsync(async () => (await _broker.QueueDepthsAsync())["gone"] == 1, Patience);
        await service.StopAsync();
    }

    [Fact]
    public async Task Should_keep_in_the_outbox_what_the_broker_gives_back()
    {
        using var service = await StartAsync("billing");
        var letters = service.Services.GetRequiredService<IDeadLetters>();
        // Both are there, and one does not lead to the other: as if the queue had gone between the look and the sending.
        await DeclareAsync("billing", bind: false);
        await FailAsync("billing", "1");
        await Eventually.AssertAsync(async () => await letters.CountAsync(new DeadLetterQuery()) == 1, Patience);
        Assert.True(await letters.ReplayAsync(Assert.Single((await letters.ListAsync(new DeadLetterQuery())).Letters).Id));
        var outbox = service.Services.GetRequiredService<IOutboxAdministration<OutboxDb>>();
        await Eventually.AssertAsync(async () => (await outbox.GetStatusAsync(CancellationToken.None)).Parked == 1, Patience);

        await _channel.QueueBindAsync("billing", "billing", "");
        await outbox.ReleaseParkedAsync(CancellationToken.None);
        await Eventually.AssertAsync(async () => (await _broker.QueueDepthsAsync())["billing"] == 1, Patience);
        await service.StopAsync();
    }

    private async Task DeclareAsync(string queue, bool bind)
    {
        await _channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true);
        await _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        if (bind)
            await _channel.QueueBindAsync(queue, queue, "");
    }

    private async Task FailAsync(string queue, params string[] ids)
    {
        await _channel.QueueDeclareAsync($"{queue}_error", durable: true, exclusive: false, autoDelete: false);
        foreach (var id in ids)
            await _channel.BasicPublishAsync("", $"{queue}_error", mandatory: true, new BasicProperties { MessageId = id, Persistent = true }, "{}"u8.ToArray());
    }

    private async Task<IHost> StartAsync(params string[] ingest)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Bus:Transport"] = "RabbitMq";
        for (var index = 0; index < ingest.Length; index++)
            builder.Configuration[$"Bus:DeadLetters:Ingest:{index}"] = ingest[index];
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
