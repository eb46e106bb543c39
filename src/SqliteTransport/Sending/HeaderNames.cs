using System.Collections.Frozen;
using MassTransit;

namespace Bus.SqliteTransport.Sending;

/// <summary>
/// Names and values that most messages carry, written as one byte. A number means the same for ever, since it stands in files: new names go to the end.
/// </summary>
internal static class HeaderNames
{
    /// <summary>Another name follows in full.</summary>
    public const byte Spelled = 0;

    private static readonly string[] Names =
    [
        "",
        MessageHeaders.ContentType,
        MessageHeaders.MessageId,
        MessageHeaders.CorrelationId,
        MessageHeaders.ConversationId,
        MessageHeaders.RequestId,
        MessageHeaders.InitiatorId,
        MessageHeaders.SourceAddress,
        MessageHeaders.ResponseAddress,
        MessageHeaders.FaultAddress,
        MessageHeaders.MessageType,
        MessageHeaders.Host.Info,
        MessageHeaders.RedeliveryCount,
        MessageHeaders.SchedulingTokenId,
        MessageHeaders.OriginalMessageId,
        MessageHeaders.Reason,
        MessageHeaders.FaultExceptionType,
        MessageHeaders.FaultInputAddress,
        MessageHeaders.FaultMessage,
        MessageHeaders.FaultMessageType,
        MessageHeaders.FaultConsumerType,
        MessageHeaders.FaultTimestamp,
        MessageHeaders.FaultStackTrace,
        MessageHeaders.FaultRetryCount,
        MessageHeaders.FaultRedeliveryCount,
        MessageHeaders.Host.MachineName,
        MessageHeaders.Host.ProcessName,
        MessageHeaders.Host.ProcessId,
        MessageHeaders.Host.Assembly,
        MessageHeaders.Host.AssemblyVersion,
        MessageHeaders.Host.MassTransitVersion,
        MessageHeaders.Host.FrameworkVersion,
        MessageHeaders.Host.OperatingSystemVersion,
        MessageHeaders.Request.Accept,
        MessageHeaders.ClientId,
        MessageHeaders.ForwarderAddress,
        "MT-Activity-Id",
        "MT-Activity-Correlation-Context",
    ];

    private static readonly string[] Values =
    [
        "",
        "application/vnd.masstransit+json",
        "application/json",
        "application/vnd.bus+msgpack",
        "application/octet-stream",
    ];

    private static readonly FrozenDictionary<string, byte> Numbers = Number(Names, StringComparer.OrdinalIgnoreCase);
    private static readonly FrozenDictionary<string, byte> ValueNumbers = Number(Values, StringComparer.Ordinal);

    /// <summary>Case does not matter. <see cref="Spelled"/> for a name that has no number.</summary>
    public static byte NumberOf(string name) => Numbers.GetValueOrDefault(name);

    public static byte NumberOfValue(string value) => ValueNumbers.GetValueOrDefault(value);

    /// <summary>Null for a number that a later version has added.</summary>
    public static string? Name(byte number) => number < Names.Length ? Names[number] : null;

    public static string? Value(byte number) => number < Values.Length ? Values[number] : null;

    /// <summary>Ids that are written as 16 bytes and read as text, which is how other transports give them.</summary>
    public static bool IsId(byte number) => number is >= 2 and <= 6 or 13 or 14;

    /// <summary>Values that are the same in message after message.</summary>
    public static bool IsRepeated(byte number) => number is >= 7 and <= 11 or 33 or 34;

    private static FrozenDictionary<string, byte> Number(string[] texts, StringComparer comparer) =>
        texts.Skip(1).Select((text, index) => (text, number: (byte)(index + 1))).ToFrozenDictionary(entry => entry.text, entry => entry.number, comparer);
}
