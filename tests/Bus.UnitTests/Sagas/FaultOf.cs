using MassTransit;
using MassTransit.Metadata;

namespace Bus.UnitTests.Sagas;

/// <summary>The fault that an endpoint publishes when it gives a message up.</summary>
internal sealed record FaultOf<T>(T Message, string Reason) : Fault<T>
{
    public Guid FaultId { get; } = Guid.NewGuid();

    public Guid? FaultedMessageId => null;

    public DateTime Timestamp => DateTime.UnixEpoch;

    public ExceptionInfo[] Exceptions => [new Said(Reason)];

    public HostInfo Host => HostMetadataCache.Host;

    public string[] FaultMessageTypes => [];

    private sealed record Said(string Message) : ExceptionInfo
    {
        public string ExceptionType => "Test";

        public ExceptionInfo InnerException => null!;

        public string StackTrace => "";

        public string Source => "";

        public IDictionary<string, object> Data { get; } = new Dictionary<string, object>(StringComparer.Ordinal);
    }
}
