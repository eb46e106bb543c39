using System.Text;
using Bus.Persistence.DeadLetters;
using Xunit;

namespace Bus.UnitTests.Persistence.DeadLetters;

public sealed class When_a_letter_is_sent_again
{
    private static readonly Dictionary<string, object?> Headers = new(StringComparer.Ordinal)
    {
        ["Tenant"] = "blue\0\u00e4",
        ["tenant"] = "green",
        ["Number"] = 42L,
        ["Half"] = 0.5,
        ["Whole"] = 2.0,
        ["Price"] = 1.10m,
        ["Yes"] = true,
        ["Nothing"] = null,
        ["Bytes"] = new byte[] { 0xFF, 0x00 },
        ["At"] = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
        ["x-death"] = new List<object?> { new Dictionary<string, object?>(StringComparer.Ordinal) { ["count"] = 1L } },
        ["MT-Fault-Message"] = "No.",
        ["MT-Reason"] = "fault",
        ["MT-Fault-Address"] = "queue:faults",
    };

    [Fact]
    public void Should_keep_each_header_as_it_was()
    {
        var read = LetterHeaders.Parse(LetterHeaders.ToJson(Headers));
        Assert.Equal(Headers, read);
    }

    [Fact]
    public void Should_take_its_headers_along_but_not_those_of_the_failure()
    {
        var letter = Letter();
        var record = LetterReplay.ToRecord(letter, null, new Uri("queue:orders"));
        Assert.Same(letter.Body, record.Body);
        Assert.Equal(42L, record.Metadata.Headers["Number"]);
        Assert.Equal("queue:faults", record.Metadata.Headers["MT-Fault-Address"]);
        Assert.Equal(letter.Id.ToString("D"), record.Metadata.Headers["Bus-Replay-Of"]);
        Assert.Equal(letter.MessageId, record.Metadata.Headers["MT-OriginalMessageId"]);
        foreach (var name in (string[])["MT-Fault-Message", "MT-Reason", "x-death"])
            Assert.DoesNotContain(name, record.Metadata.Headers);
    }

    [Fact]
    public void Should_have_one_id_for_one_replay_and_another_for_the_next()
    {
        var letter = Letter();
        Guid Id() => LetterReplay.ToRecord(letter, null, new Uri("queue:orders")).MessageId;
        var first = Id();
        Assert.Equal(first, Id());
        letter.Replays++;
        Assert.NotEqual(first, Id());
    }

    [Fact]
    public void Should_be_refused_when_it_is_no_json_any_more()
    {
        Assert.True(LetterReplay.Spoils("application/vnd.masstransit+json", Encoding.UTF8.GetBytes("{")));
        Assert.False(LetterReplay.Spoils("application/vnd.masstransit+json", Encoding.UTF8.GetBytes("{}")));
        Assert.False(LetterReplay.Spoils("application/octet-stream", [1]));
    }

    [Fact]
    public void Should_know_a_message_by_its_id_and_failure_and_keep_each_without_an_id()
    {
        var arrived = new ArrivedMessage("orders", [1, 2], new Dictionary<string, object?>(StringComparer.Ordinal) { ["MT-Fault-Timestamp"] = "2030-01-02T03:04:05Z" }) { MessageId = "a" };
        var key = arrived.ToLetter().SourceKey;
        Assert.Equal(key, (arrived with { Body = [3] }).ToLetter().SourceKey);
        Assert.NotEqual(key, (arrived with { Queue = "others" }).ToLetter().SourceKey);
        Assert.NotEqual(key, (arrived with { Headers = new Dictionary<string, object?>(StringComparer.Ordinal) }).ToLetter().SourceKey);
        Assert.False(arrived.ToLetter().IsSurelyNew);
        Assert.True((arrived with { MessageId = null }).ToLetter().IsSurelyNew);
    }

    [Fact]
    public void Should_take_a_body_whose_text_is_no_utf8()
    {
        byte[] latin = [(byte)'{', (byte)'"', 0xF6, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        Assert.Null(new ArrivedMessage("orders", latin, new Dictionary<string, object?>(StringComparer.Ordinal)).ToLetter().MessageType);
    }

    [Fact]
    public void Should_not_be_sent_as_what_is_no_media_type()
    {
        var letter = new DeadLetterRow { ContentType = "json", Body = "{}"u8.ToArray() };
        Assert.Equal("application/json", LetterReplay.ToRecord(letter, null, new Uri("queue:orders")).Metadata.ContentType);
    }

    [Fact]
    public void Should_read_the_envelope_without_the_message()
    {
        const string body = """{"messageId":"1","headers":{"messageType":["no"]},"message":{"messageId":"no","messageType":["no"]},"messageType":["urn:a","urn:b"]}""";
        Assert.Equal(new EnvelopeGlance("1", null, "urn:a"), EnvelopeGlance.At(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(default, EnvelopeGlance.At([0xFF, 0x00]));
        Assert.Equal(default, EnvelopeGlance.At([]));
    }

    private static DeadLetterRow Letter() => new()
    {
        Id = Guid.Parse("00000000-0000-0000-0000-000000000001"),
        Queue = "orders",
        MessageId = "00000000-0000-0000-0000-000000000002",
        ContentType = "application/json",
        Headers = LetterHeaders.ToJson(Headers),
        Body = [1, 2, 3],
    };
}
