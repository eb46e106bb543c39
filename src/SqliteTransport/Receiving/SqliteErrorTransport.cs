using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>Moves a message that failed to the error queue, byte for byte, with what happened in its headers.</summary>
internal sealed class SqliteErrorTransport(string queue) : IErrorTransport
{
    /// <inheritdoc/>
    public Task Send(ExceptionReceiveContext context) => SqliteReceiveContext.Of(context).MoveAsync(queue, context.ExceptionHeaders);
}
