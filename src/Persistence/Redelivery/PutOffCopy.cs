using System.Security.Cryptography;
using Bus.Persistence.Inbox;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Redelivery;

/// <summary>A failed message on its way into the table of timers.</summary>
internal sealed class PutOffCopy<TDbContext>(OutboxEngine<TDbContext> engine, InboxKey? key, DateTimeOffset due, OutboxRecord record)
    where TDbContext : DbContext
{
    public DateTimeOffset Due => due;

    /// <summary>
    /// Writes it together with the inbox row of the failed delivery. The row says that this delivery is done with: if the process dies before it acknowledges, the message is delivered again and known, and
    /// there is one copy.
    /// </summary>
    /// <returns>False when an earlier delivery of the message had put it off, or handled it, already.</returns>
    public async Task<bool> CommitAsync(CancellationToken cancellationToken)
    {
        await engine.Database.WaitAsync(cancellationToken);
        try
        {
            return await engine.Committer.CommitAsync(key, [record]);
        }
        catch (Exception exception) when (engine.Database.IsUnavailable(exception))
        {
            // Whether it was committed or not: of two with one key, or one token, one stays. What is there already is most likely this one.
            await engine.Database.ReportAsync(exception, cancellationToken);
            await engine.Committer.CommitAsync(key, [record]);
            return true;
        }
    }
}

/// <summary>Makes the copy of a failed message.</summary>
internal static class PutOffCopy
{
    public static async Task<PutOffCopy<TDbContext>> MakeAsync<TDbContext, T>(
        OutboxEngine<TDbContext> engine, IServiceProvider provider, ConsumeContext<T> failed, InboxKey? key, TimeSpan delay)
        where TDbContext : DbContext
        where T : class
    {
        var id = IdOf(failed, key);
        var order = new TimerOrder(id, engine.DueTime + delay);
        var capture = new Capture<TDbContext>(engine, provider);
        var endpoint = await new OutboxSendEndpointProvider(capture, provider.GetRequiredService<IBus>()).GetSendEndpoint(failed.ReceiveContext.InputAddress);
        var pipe = new RedeliveredCopy<T>(failed, delay, (_, copy) => InboxId.Give(failed, key, copy, id));
        await endpoint.Send(failed.Message, new TimerPipe<T>(pipe, order), failed.CancellationToken);
        return new PutOffCopy<TDbContext>(engine, key, order.Due!.Value, capture.Record!);
    }

    // The same for the same failure, however often it is met: where no inbox knows the delivery again, its second copy takes the place of the first while that waits.
    private static Guid IdOf(ConsumeContext failed, InboxKey? key)
    {
        Span<byte> name = stackalloc byte[36];
        (key?.MessageId ?? failed.MessageId!.Value).TryWriteBytes(name);
        (key?.ConsumerId ?? Guid.Empty).TryWriteBytes(name[16..]);
        BitConverter.TryWriteBytes(name[32..], failed.GetRedeliveryCount());
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        return new Guid(hash[..16]);
    }

    private sealed class Capture<TDbContext>(OutboxEngine<TDbContext> engine, IServiceProvider provider) : OutboxSendContext
        where TDbContext : DbContext
    {
        public OutboxRecord? Record { get; private set; }

        public async Task AddSend<T>(SendContext<T> context)
            where T : class => Record = await engine.CaptureAsync(context);

        public object? GetService(Type serviceType) => provider.GetService(serviceType);
    }
}
