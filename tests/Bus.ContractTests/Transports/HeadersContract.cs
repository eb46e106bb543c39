using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class HeadersContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private const string AnyText = "Grüße, 世界 🌍 \"quoted\" \\ \r\n\t end";
    private readonly Arrivals<ConsumeContext> _seen = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_carry_headers_of_every_kind(bool raw)
    {
        var id = Guid.NewGuid();
        var received = await SendAsync(raw, context =>
        {
            context.Headers.Set("text", AnyText);
            context.Headers.Set("int", -7);
            context.Headers.Set("long", long.MaxValue);
            context.Headers.Set("double", 0.1);
            context.Headers.Set("yes", true);
            context.Headers.Set("id", id);
            context.Headers.Set("address", new Uri("http://example.org/a?b=c"));
        });

        Assert.Equal(AnyText, received.Headers.Get<string>("text"));
        Assert.Equal(-7, received.Headers.Get<int>("int"));
        Assert.Equal(long.MaxValue, received.Headers.Get<long>("long"));
        Assert.Equal(0.1, received.Headers.Get<double>("double"));
        Assert.True(received.Headers.Get<bool>("yes"));
        Assert.Equal(id, received.Headers.Get<Guid>("id"));
        Assert.Equal(new Uri("http://example.org/a?b=c"), received.Headers.Get<Uri>("address"));
        Assert.Null(received.Headers.Get<string>("absent"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_carry_instants_and_empty_texts_in_headers(bool raw)
    {
        if (raw)
        {
            Needs(TransportFeature.RawHeaders);
        }

        var instant = new DateTimeOffset(2031, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(2));
        var received = await SendAsync(raw, context =>
        {
            context.Headers.Set("empty", "");
            context.Headers.Set("instant", instant);
        });

        Assert.Equal("", received.Headers.Get<string>("empty"));
        Assert.Equal(instant, received.Headers.Get<DateTimeOffset>("instant"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_carry_a_header_of_64_KB(bool raw)
    {
        var large = new string('ü', 32 * 1024);

        var received = await SendAsync(raw, context => context.Headers.Set("large", large));

        Assert.Equal(large, received.Headers.Get<string>("large"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_carry_ids_and_addresses(bool raw)
    {
        var (message, correlation, conversation, initiator, request) = (NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid());
        Uri source = null!, answers = null!, faults = null!;
        var received = await SendAsync(raw, context =>
        {
            source = context.SourceAddress!;
            (context.MessageId, context.CorrelationId, context.ConversationId, context.InitiatorId, context.RequestId) = (message, correlation, conversation, initiator, request);
            context.ResponseAddress = answers = new Uri(source, "answers");
            context.FaultAddress = faults = new Uri(source, "faults");
        });

        Assert.Equal(message, received.MessageId);
        Assert.Equal(correlation, received.CorrelationId);
        Assert.Equal(conversation, received.ConversationId);
        Assert.Equal(initiator, received.InitiatorId);
        Assert.Equal(request, received.RequestId);
        Assert.Equal(source, received.SourceAddress);
        Assert.Equal("work", WireTap.QueueOf(received.DestinationAddress!));
        Assert.Equal(answers, received.ResponseAddress);
        Assert.Equal(faults, received.FaultAddress);
        Assert.NotNull(received.SentTime);
        Assert.NotNull(received.Host?.MachineName);
        Assert.Contains(received.SupportedMessageTypes, type => type.EndsWith(":Work", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_tie_what_a_handler_sends_to_what_it_handles(bool raw)
    {
        var node = await StartAsync(setup => Serialize(setup, raw)
            .Queue<Work>("work", context =>
            {
                _seen.Add(context);
                return context.Publish(new Other(1));
            })
            .Queue<Other>("others", SeeAsync));

        await node.SendAsync("work", new Work(1), context => context.CorrelationId = NewId.NextGuid());
        var both = await _seen.WaitAsync(2);

        Assert.NotNull(both[0].ConversationId);
        Assert.Equal(both[0].ConversationId, both[1].ConversationId);
        Assert.Equal(both[0].CorrelationId, both[1].InitiatorId);
        Assert.Equal("work", WireTap.QueueOf(both[1].SourceAddress!));
    }

    private async Task<ConsumeContext<Work>> SendAsync(bool raw, Action<SendContext<Work>> configure)
    {
        var node = await StartAsync(setup => Serialize(setup, raw).Queue<Work>("work", SeeAsync));
        await node.SendAsync("work", new Work(1, AnyText), configure);
        var received = Assert.IsType<ConsumeContext<Work>>((await _seen.WaitAsync(1))[0], exactMatch: false);
        Assert.Equal(new Work(1, AnyText), received.Message);
        return received;
    }

    private static NodeSetup Serialize(NodeSetup setup, bool raw) => raw ? setup.Bus(bus => bus.UseRawJsonSerializer(RawSerializerOptions.Default, isDefault: true)) : setup;

    private Task SeeAsync(ConsumeContext context)
    {
        _seen.Add(context);
        return Task.CompletedTask;
    }
}
