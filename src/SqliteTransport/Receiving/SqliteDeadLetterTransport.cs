using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>Moves a message that no consumer wanted to the skipped queue.</summary>
internal sealed class SqliteDeadLetterTransport(string queue) : IDeadLetterTransport
{
    /// <inheritdoc/>
    public Task Send(ReceiveContext context, string reason)
    {
        var headers = new DictionarySendHeaders();
        headers.Set(MessageHeaders.Reason, reason ?? "Unspecified");
        return SqliteReceiveContext.Of(context).MoveAsync(queue, headers);
    }
}
