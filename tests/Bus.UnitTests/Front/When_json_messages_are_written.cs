using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Bus.Serialization;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using Xunit;

namespace Bus.UnitTests.Front;

/// <summary>MassTransit's own serializer is the measure: without its nulls, what it writes and what ours writes is the same document.</summary>
public sealed class When_json_messages_are_written
{
    public sealed record Note(string? Text, decimal Price, Dictionary<string, int>? Counts, DateTimeOffset At, Uri? Where, byte[]? Bytes, Shape? Shape);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    public record Shape;

    public sealed record Circle(double Radius) : Shape;

    public interface IFact
    {
        string Name { get; }
    }

    public sealed record Fact(string Name, int Secret) : IFact;

    private static readonly Note Plain = new("ü \" \\ \n \u2028 😀 <script>", 1.50m, new() { ["Ünit"] = 1, ["b c"] = 2 }, DateTimeOffset.UnixEpoch, new Uri("queue:a b"), [1, 2, 255], new Circle(2.5));

    [Fact]
    public void Should_write_what_MassTransit_writes() => AssertSame(Plain, static _ => { });

    [Fact]
    public void Should_write_ids_and_addresses() => AssertSame(Plain with { Text = null, Counts = null }, static context =>
    {
        context.RequestId = new Guid("fd320000-28b3-cf5a-235e-08df49208985");
        context.CorrelationId = new Guid("fd320000-28b3-cf5a-235e-08df49208986");
        context.ConversationId = new Guid("fd320000-28b3-cf5a-235e-08df49208987");
        context.InitiatorId = Guid.Empty;
        context.SourceAddress = new Uri("rabbitmq://localhost/vhost/a%20b?temporary=true");
        context.DestinationAddress = new Uri("sqlite://localhost/urn:message:x%2Fy?type=topic");
        context.ResponseAddress = new Uri("loopback://localhost/ü");
        context.FaultAddress = new Uri("queue:faults");
    });

    [Fact]
    public void Should_leave_out_an_id_that_was_taken_away() => AssertSame(Plain, static context => context.MessageId = null);

    [Fact]
    public void Should_write_headers() => AssertSame(Plain, static context =>
    {
        context.Headers.Set("Text", "ü");
        context.Headers.Set("Number", 42);
        context.Headers.Set("Time", DateTime.UnixEpoch);
        context.Headers.Set("Id", Guid.Empty);
        context.Headers.Set("Address", new Uri("queue:a"));
        context.Headers.Set("List", new List<int> { 1, 2 });
    });

    [Fact]
    public void Should_write_other_message_types() => AssertSame(Plain, static context => context.SupportedMessageTypes = ["urn:message:A:B", "urn:message:Ü:\""]);

    [Fact]
    public void Should_write_a_message_by_its_interface() => AssertSame<IFact>(new Fact("a", 1), static _ => { });

    [Fact]
    public void Should_write_a_message_by_its_base() => AssertSame<Shape>(new Circle(1), static _ => { });

    [Fact]
    public void Should_say_when_it_expires()
    {
        var written = Write(new JsonEnvelopeSerializer(), Plain, static context => context.TimeToLive = TimeSpan.FromHours(1));
        var (sent, expires) = (written["sentTime"]!.GetValue<DateTime>(), written["expirationTime"]!.GetValue<DateTime>());
        Assert.InRange(expires - sent, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        Assert.Equal(DateTimeKind.Utc, expires.Kind);
    }

    [Fact]
    public void Should_be_read_again()
    {
        var context = new MessageSendContext<Note>(Plain) { Serializer = new JsonEnvelopeSerializer(), ConversationId = NewId.NextGuid() };
        context.Headers.Set("Text", "a");
        var read = SystemTextJsonMessageSerializer.Instance.Deserialize(new BytesMessageBody(context.Body.GetBytes()), EmptyHeaders.Instance);
        Assert.True(read.TryGetMessage<Note>(out var note));
        Assert.Equal(JsonSerializer.Serialize(Plain), JsonSerializer.Serialize(note));
        Assert.Equal(context.MessageId, read.MessageId);
        Assert.Equal(context.ConversationId, read.ConversationId);
        Assert.Equal(context.SentTime, read.SentTime);
        Assert.Equal("a", read.Headers.Get<string>("Text"));
    }

    [Fact]
    public void Should_name_what_cannot_be_written()
    {
        var context = new MessageSendContext<Endless>(new Endless()) { Serializer = new JsonEnvelopeSerializer() };
        Assert.Contains(nameof(Endless), Assert.Throws<SerializationException>(() => context.Body.GetBytes()).Message, StringComparison.Ordinal);
        // What was begun in vain must not be found in the next.
        AssertSame(Plain, static _ => { });
    }

    [Fact]
    public void Should_write_large_and_small_messages_one_after_the_other()
    {
        foreach (var length in (int[])[10, 300_000, 10, 70_000, 0])
            AssertSame(Plain with { Text = new string('x', length) }, static _ => { });
    }

    [Fact]
    public void Should_leave_an_envelope_to_MassTransit_that_is_written_in_another_way()
    {
        var options = SystemTextJsonMessageSerializer.Options;
        Assert.NotNull(JsonEnvelopeWriter.For(options));
        Assert.Null(JsonEnvelopeWriter.For(new JsonSerializerOptions(options) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }));
        Assert.Null(JsonEnvelopeWriter.For(new JsonSerializerOptions(options) { Converters = { new UnixTimes() } }));
        Assert.NotNull(JsonEnvelopeWriter.For(new JsonSerializerOptions(options) { Converters = { new JsonStringEnumConverter() } }));
    }

    private static void AssertSame<T>(T message, Action<SendContext<T>> set)
        where T : class
    {
        var id = NewId.NextGuid();
        var (theirs, ours) = (Write(SystemTextJsonMessageSerializer.Instance, message, Set), Write(new JsonEnvelopeSerializer(), message, Set));
        foreach (var name in theirs.Where(property => property.Value is null).Select(property => property.Key).ToArray())
            theirs.Remove(name);
        theirs["sentTime"] = ours["sentTime"]!.DeepClone();
        Assert.Equal(theirs.ToJsonString(), ours.ToJsonString());

        void Set(SendContext<T> context)
        {
            context.MessageId = id;
            set(context);
        }
    }

    private static JsonObject Write<T>(IMessageSerializer serializer, T message, Action<SendContext<T>> set)
        where T : class
    {
        var context = new MessageSendContext<T>(message) { Serializer = serializer };
        set(context);
        return JsonNode.Parse(context.Body.GetString())!.AsObject();
    }

    public sealed class Endless
    {
        public Endless Self => this;
    }

    private sealed class UnixTimes : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => DateTime.UnixEpoch.AddSeconds(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) => writer.WriteNumberValue((value - DateTime.UnixEpoch).Ticks);
    }
}
