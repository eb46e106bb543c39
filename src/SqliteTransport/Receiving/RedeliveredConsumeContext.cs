using Bus.SqliteTransport.Sending;
using MassTransit;
using MassTransit.Context;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>A message that was put off: its count, id and headers are those of the transport where they differ from the envelope's.</summary>
internal sealed class RedeliveredConsumeContext(ConsumeContext context, HeaderBlock headers) : ConsumeContextProxy(context)
{
    private Headers? _headers;

    /// <inheritdoc/>
    public override Guid? MessageId { get; } =
        headers.TryGetHeader(MessageHeaders.MessageId, out var value) && Guid.TryParse(value.ToString(), out var id) ? id : context.MessageId;

    /// <inheritdoc/>
    public override Headers Headers => _headers ??= new JsonTransportHeaders(new Merged(base.Headers, headers));

    private sealed class Merged(Headers message, HeaderBlock transport) : IHeaderProvider
    {
        public bool TryGetHeader(string key, out object value) => transport.TryGetHeader(key, out value!) || message.TryGetHeader(key, out value!);

        public IEnumerable<KeyValuePair<string, object>> GetAll()
        {
            var all = new Dictionary<string, object>(message.GetAll(), StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in transport.GetAll())
            {
                // These are no headers of the message: they describe it to the transport.
                if (all.ContainsKey(name) || name is not (MessageHeaders.ContentType or MessageHeaders.MessageId or MessageHeaders.CorrelationId))
                    all[name] = value;
            }

            return all;
        }
    }
}
