using System.Runtime.Serialization;
using Bus.Serialization;
using Bus.Testing;
using MassTransit;
using MassTransit.Serialization;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_messages_are_written_as_MessagePack
{
    private static readonly Dictionary<string, string?> MessagePack = new() { ["Bus:Serializer"] = "MessagePack" };

    [Fact]
    public async Task Should_come_back_as_they_were()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumer<Relaying>(), MessagePack);
        var parcel = new Parcel(Guid.NewGuid(), "Grüße", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), 12.50m, [new Item("a", 1), new Item("b", null)]);

        await bus.Publish(parcel);
        await bus.SettleAsync();

        var received = Assert.Single(bus.Consumed<Parcel>());
        Assert.Equal(parcel with { Items = [] }, received with { Items = [] });
        Assert.Equal(parcel.Items, received.Items);
    }

    [Fact]
    public async Task Should_carry_faults_requests_and_headers()
    {
        await using var bus = await TestBus.StartAsync(b => b.Registration.AddConsumers(typeof(Answering), typeof(FaultReader)), MessagePack);

        var answer = await bus.Bus.Request<Question, Answer>(new Question("tenant 7"), callback: context => context.Headers.Set("Tenant", "7"));
        await Assert.ThrowsAsync<RequestFaultException>(() => bus.Bus.Request<Question, Answer>(new Question("fail")));
        await bus.Publish(new Question("fail"));
        await bus.SettleAsync();

        Assert.Equal("7", answer.Message.Tenant);
        Assert.All(bus.Consumed<Fault<Question>>(), fault => Assert.Equal("fail", fault.Message.Text));
        Assert.Single(bus.Published<Fault<Question>>());
    }

    [Fact]
    public void Should_keep_the_envelope()
    {
        var envelope = new JsonMessageEnvelope
        {
            MessageId = Guid.NewGuid().ToString(),
            SourceAddress = "loopback://localhost/a",
            MessageType = [MessageUrn.ForTypeString<Item>()],
            SentTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Text"] = "a", ["Number"] = 7, ["Flag"] = true },
        };

        var read = MessagePackBusSerializer.Instance.Deserialize(
            MessagePackBusSerializer.Write(envelope, MessagePackPayload.Of(new Item("a", 1))), EmptyHeaders.Instance);

        Assert.Equal(envelope.MessageId, read.MessageId.ToString());
        Assert.Equal(envelope.SentTime, read.SentTime);
        Assert.Equal(7, read.Headers.Get<int>("Number"));
        Assert.True(read.TryGetMessage<Item>(out var item));
        Assert.Equal(new Item("a", 1), item);
        Assert.False(read.TryGetMessage<Question>(out _));
    }

    [Fact]
    public void Should_refuse_bytes_that_are_no_envelope() =>
        Assert.Throws<SerializationException>(() => MessagePackBusSerializer.Instance.Deserialize(new BytesMessageBody([0x93, 1, 2, 3]), EmptyHeaders.Instance));

    public sealed record Parcel(Guid Id, string Text, DateTimeOffset At, decimal Price, IReadOnlyList<Item> Items);

    public sealed record Item(string Name, int? Count);

    public sealed record Question(string Text);

    public sealed record Answer(string? Tenant);

    private sealed class Relaying : IConsumer<Parcel>
    {
        public Task Consume(ConsumeContext<Parcel> context) => Task.CompletedTask;
    }

    private sealed class Answering : IConsumer<Question>
    {
        public Task Consume(ConsumeContext<Question> context) => context.Message.Text == "fail"
            ? throw new FormatException("cannot")
            : context.RespondAsync(new Answer(context.Headers.Get<string>("Tenant")));
    }

    private sealed class FaultReader : IConsumer<Fault<Question>>
    {
        public Task Consume(ConsumeContext<Fault<Question>> context) => Task.CompletedTask;
    }
}
