using System.Text;
using Bus.Testing;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_a_message_cannot_be_handled
{
    [Fact]
    public async Task Should_skip_an_unknown_type_and_serve_the_next()
    {
        var skipped = new ErrorQueue("good", "_skipped");
        await using var bus = await TestBus.StartAsync(b => { b.Registration.AddConsumer<GoodConsumer>(); skipped.Add(b); });
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:good"));

        await endpoint.Send(new Stranger(1));
        await endpoint.Send(new Good(2));
        await bus.SettleAsync();
        await skipped.NextAsync();

        Assert.Equal(2, Assert.Single(bus.Consumed<Good>()).Number);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"messageType\":[\"urn:message:Bus.UnitTests.Front:When_a_message_cannot_be_handled+Good\"],\"message\":{\"number\":\"no number\"}}")]
    public async Task Should_move_malformed_bytes_to_the_error_queue_at_once_and_serve_the_next(string body)
    {
        var errors = new ErrorQueue("good");
        await using var bus = await TestBus.StartAsync(b => { b.Registration.AddConsumer<GoodConsumer>(); errors.Add(b); });

        await SendBytesAsync(bus, Encoding.UTF8.GetBytes(body), SystemTextJsonMessageSerializer.JsonContentType.ToString());
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:good"));
        await endpoint.Send(new Good(2));
        await bus.SettleAsync();
        await errors.NextAsync();

        Assert.Equal(2, Assert.Single(bus.Consumed<Good>()).Number);
    }

    [Fact]
    public async Task Should_refuse_a_body_over_the_limit()
    {
        var errors = new ErrorQueue("good");
        await using var bus = await TestBus.StartAsync(
            b => { b.Registration.AddConsumer<GoodConsumer>(); errors.Add(b); },
            new Dictionary<string, string?> { ["Bus:MaxMessageBytes"] = "2000" });
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:good"));

        await endpoint.Send(new Good(1) { Text = new string('x', 3000) });
        await endpoint.Send(new Good(2));
        await bus.SettleAsync();
        var error = await errors.NextAsync();

        Assert.Contains("`Bus:MaxMessageBytes` is 2000", error["MT-Fault-Message"], StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(bus.Consumed<Good>()).Number);
    }

    [Fact]
    public async Task Should_understand_bare_json_where_the_endpoint_allows_it()
    {
        await using var bus = await TestBus.StartAsync(b =>
        {
            b.Registration.AddConsumer<GoodConsumer>();
            b.Endpoint<GoodConsumer>(endpoint => endpoint.RawJson = true);
        });

        await SendBytesAsync(bus, "{\"number\":3,\"text\":\"bare\"}"u8.ToArray(), "application/json");
        await bus.SettleAsync();

        Assert.Equal("bare", Assert.Single(bus.Consumed<Good>()).Text);
    }

    private static async Task SendBytesAsync(TestBus bus, byte[] body, string contentType)
    {
        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:good"));
        await endpoint.Send(new SerializedMessageBody(), Pipe.Execute<SendContext<SerializedMessageBody>>(context =>
            context.Serializer = new Bytes(body, new System.Net.Mime.ContentType(contentType))));
    }

    public sealed record Good(int Number)
    {
        public string? Text { get; init; }
    }

    public sealed record Stranger(int Number);

    private sealed class GoodConsumer : IConsumer<Good>
    {
        public Task Consume(ConsumeContext<Good> context) => Task.CompletedTask;
    }

    private sealed class Bytes(byte[] body, System.Net.Mime.ContentType contentType) : IMessageSerializer
    {
        public System.Net.Mime.ContentType ContentType => contentType;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class => new BytesMessageBody(body);
    }
}
