using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bus.Serialization;
using MassTransit;
using MassTransit.Serialization;
using Xunit;

namespace Bus.UnitTests.Front;

/// <summary>MassTransit's own deserializer is the measure: whatever it reads, ours reads the same; whatever it refuses, ours refuses.</summary>
public sealed class When_json_messages_are_read
{
    private const string Type = "\"messageType\":[\"urn:message:Bus.UnitTests.Front:When_json_messages_are_read+Note\"]";

    public sealed record Note(string Text, decimal Price, Dictionary<string, int>? Counts);

    [Theory]
    [InlineData("{TYPE,'message':{'text':'a','price':1.5}}")]
    [InlineData("{TYPE,'message':{'Text':'other case','PRICE':'7.25','counts':{'x':1}}}")]
    [InlineData("{'messageId':'018c0000-1111-2222-3333-444455556666','requestId':null,'correlationId':'018c0000-1111-2222-3333-444455556667',TYPE,'message':{'text':'ü \\u00fc \\n'}}")]
    [InlineData("{'conversationId':'','initiatorId':'018c0000111122223333444455556667','sourceAddress':'loopback://localhost/a','destinationAddress':'queue:b',TYPE,'message':{}}")]
    [InlineData("{'responseAddress':'loopback://localhost/r?temporary=true','faultAddress':'loopback://localhost/f',TYPE,'message':{'text':null}}")]
    [InlineData("{'expirationTime':'2026-01-02T03:04:05.678Z','sentTime':'2026-01-02T03:04:05+02:00',TYPE,'message':{}}")]
    [InlineData("{'expirationTime':null,'sentTime':null,'headers':null,'host':null,TYPE,'message':{}}")]
    [InlineData("{'headers':{},TYPE,'message':{}}")]
    [InlineData("{'headers':{'Word':'w','number':3,'object':{'a':[1,2]},'nothing':null},TYPE,'message':{}}")]
    [InlineData("{'host':{'machineName':'m','processName':'p','processId':7,'assembly':'a','assemblyVersion':'1','frameworkVersion':'10','massTransitVersion':'8','operatingSystemVersion':'u'},TYPE,'message':{}}")]
    [InlineData("{'message':{'text':'first'},TYPE,'message':{'text':'last one counts'}}")]
    [InlineData("{'MessageId':'018c0000-1111-2222-3333-444455556666',TYPE,'Message':{'text':'other spelling'}}")]
    [InlineData("{'added later':[1,{'a':2}],TYPE,'message':{'text':'a new name'}}")]
    [InlineData("{ TYPE , /* a comment */ 'message' : {'text':'trailing comma',}, }")]
    [InlineData("{'messageType':[],'message':{}}")]
    [InlineData("{'messageType':null,'message':{}}")]
    [InlineData("{'message':{}}")]
    [InlineData("{TYPE,'message':[1,2]}")]
    [InlineData("{TYPE,'message':'text'}")]
    [InlineData("{TYPE,'message':null}")]
    [InlineData("{TYPE}")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{TYPE,'message':{}")]
    [InlineData("{TYPE,'message':{}} more")]
    [InlineData("{TYPE,'message':{'text':}}")]
    [InlineData("{'messageId':5,TYPE,'message':{}}")]
    [InlineData("{'messageId':'no guid',TYPE,'message':{}}")]
    [InlineData("{'sentTime':'yesterday',TYPE,'message':{}}")]
    [InlineData("{'headers':5,TYPE,'message':{}}")]
    [InlineData("{'messageType':'text','message':{}}")]
    [InlineData("{'headers':{'a':'first'},'headers':{},TYPE,'message':{}}")]
    [InlineData("{'headers':{'a':'first'},'headers':null,TYPE,'message':{}}")]
    [InlineData("{'host':{'machineName':'m'},'host':null,TYPE,'message':{}}")]
    [InlineData("{'m\\u0065ssageId':'018c0000-1111-2222-3333-444455556666',TYPE,'mess\\u0061ge':{'text':'escaped names'}}")]
    [InlineData("{TYPE,'message':{'text':'a', /* a comment */ 'counts':{'x':1,},}}")]
    [InlineData("\uFEFF{TYPE,'message':{}}")]
    [InlineData("{'host':5,TYPE,'message':{}}")]
    [InlineData("{TYPE,'message':{'text':'a'},'message':null}")]
    public void Should_understand_what_MassTransit_understands(string json)
    {
        var body = Encoding.UTF8.GetBytes(json.Replace("TYPE", Type, StringComparison.Ordinal).Replace('\'', '"'));
        // Twice: what is remembered of the first must not change the second.
        Assert.Equal(Describe(SystemTextJsonMessageSerializer.Instance, body), Describe(new JsonEnvelopeDeserializer(), body));
        Assert.Equal(Describe(SystemTextJsonMessageSerializer.Instance, body), Describe(new JsonEnvelopeDeserializer(), body));
    }

    [Fact]
    public void Should_refuse_what_is_nested_as_deep_as_MassTransit_refuses()
    {
        for (var depth = 55; depth < 70; depth++)
        {
            var nested = string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));
            var body = Encoding.UTF8.GetBytes($"{{{Type},\"message\":{{\"text\":\"a\",\"more\":{nested}}}}}");
            Assert.Equal(Describe(SystemTextJsonMessageSerializer.Instance, body), Describe(new JsonEnvelopeDeserializer(), body));
        }
    }

    [Fact]
    public void Should_keep_the_types_of_one_message_from_what_is_done_to_another()
    {
        var body = Encoding.UTF8.GetBytes($"{{{Type},\"message\":{{}}}}");
        var first = new JsonEnvelopeDeserializer().Deserialize(new BytesMessageBody(body), EmptyHeaders.Instance);
        var send = new MassTransit.Context.MessageSendContext<Note>(new Note("", 0, null));
        first.GetMessageSerializer().GetMessageBody(send);
        send.SupportedMessageTypes[0] = "urn:message:Something:Else";
        var second = new JsonEnvelopeDeserializer().Deserialize(new BytesMessageBody(body), EmptyHeaders.Instance);
        Assert.Equal([MessageUrn.ForTypeString<Note>()], second.SupportedMessageTypes);
    }

    private static string Describe(IMessageDeserializer deserializer, byte[] body)
    {
        SerializerContext context;
        try
        {
            context = deserializer.Deserialize(new BytesMessageBody(body), EmptyHeaders.Instance);
        }
        catch (SerializationException)
        {
            return "refused";
        }

        return string.Join('\n',
        [
            Outcome(() => context.MessageId), Outcome(() => context.RequestId), Outcome(() => context.CorrelationId), Outcome(() => context.ConversationId),
            Outcome(() => context.InitiatorId), Outcome(() => context.SourceAddress), Outcome(() => context.DestinationAddress), Outcome(() => context.ResponseAddress),
            Outcome(() => context.FaultAddress), Outcome(() => context.ExpirationTime), Outcome(() => context.SentTime), Outcome(() => context.SupportedMessageTypes),
            Outcome(() => context.Headers.GetAll().ToDictionary(header => header.Key, header => header.Value)), Outcome(() => context.Host),
            Outcome(() => context.TryGetMessage<Note>(out var note) ? note : null), Outcome(() => context.TryGetMessage<JsonObject>(out var node) ? node : null),
            Outcome(() => context.TryGetMessage<Exception>(out _)), Outcome(() => context.TryGetMessage(typeof(Note), out var note) ? note : null),
            Outcome(() => Forwarded(context)),
        ]);
    }

    // As a message is moved to another queue: its envelope is written again.
    private static string Forwarded(SerializerContext context)
    {
        var send = new MassTransit.Context.MessageSendContext<Note>(new Note("", 0, null));
        var text = context.GetMessageSerializer().GetMessageBody(send).GetString();
        var envelope = JsonNode.Parse(text)!;
        envelope["messageId"] = envelope["sentTime"] = null;
        return envelope.ToJsonString();
    }

    private static string Outcome<T>(Func<T> get)
    {
        try
        {
            return JsonSerializer.Serialize(get());
        }
        catch (Exception exception)
        {
            return exception.GetType().Name;
        }
    }
}
