using System.Diagnostics;
using Bus.Core.Recoverability;
using Bus.Core.Telemetry;
using Bus.Persistence.Outbox;
using Bus.Persistence.Timers;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Redelivery;

/// <summary>Stands around the attempts of one consumer. What they leave unhandled is put off, if it may be, and the delivery ends well: nothing is held while the message waits.</summary>
internal sealed partial class RedeliveryFilter<TDbContext, T>(IServiceProvider provider, Func<RedeliveryFacts, RedeliveryDecision> decide) : IFilter<ConsumeContext<T>>
    where TDbContext : DbContext
    where T : class
{
    private OutboxEngine<TDbContext>? _engine;

    private OutboxEngine<TDbContext> Engine => _engine ??= provider.GetRequiredService<OutboxEngine<TDbContext>>();

    /// <inheritdoc/>
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var started = Stopwatch.GetTimestamp();
        var delivery = new RedeliveryContext<T>(context);
        try
        {
            await next.Send(delivery);
            await delivery.TellFaultsAsync();
        }
        catch (Exception exception)
        {
            if (MayBePutOff(context, exception) && await TryPutOffAsync(context, delivery, exception))
            {
                // A message that nobody reports as consumed would be taken for unknown and moved to the skipped queue.
                await context.NotifyConsumed(context, Stopwatch.GetElapsedTime(started), RedeliveryConfigurationExtensions.PutOff);
                return;
            }

            await delivery.TellFaultsAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("redelivery").Add("context", typeof(TDbContext).Name);

    // A process that stops hands its messages back. One without an id cannot be told from others: if it were delivered again after it was put off, it would be handled twice.
    private static bool MayBePutOff(ConsumeContext context, Exception exception) =>
        exception is not OperationCanceledException && !context.CancellationToken.IsCancellationRequested && context.MessageId is not null;

    private async Task<bool> TryPutOffAsync(ConsumeContext<T> context, RedeliveryContext<T> delivery, Exception exception)
    {
        var redeliveries = context.GetRedeliveryCount();
        var left = context.ExpirationTime - Engine.Time.GetUtcNow().UtcDateTime;
        if (decide(new RedeliveryFacts(exception, redeliveries, left)) is not RedeliveryDecision.PutOff putOff)
            return false;
        try
        {
            var copy = await PutOffCopy.MakeAsync(Engine, provider, context, delivery.Key, putOff.Delay);
            if (await copy.CommitAsync(context.CancellationToken))
            {
                PutOffMark.Set(context);
                BusMetrics.Redeliveries.Add(1);
                LogPutOff(Engine.Log, exception, context.MessageId, context.ReceiveContext.InputAddress, redeliveries + 1, copy.Due);
            }
        }
        catch (Exception error) when (!context.CancellationToken.IsCancellationRequested)
        {
            // Then it is not lost either: it goes where it would have gone without redelivery.
            LogNotPutOff(Engine.Log, error, context.MessageId, context.ReceiveContext.InputAddress);
            return false;
        }

        return true;
    }

    [LoggerMessage(80, LogLevel.Warning, "Message {MessageId} on {Endpoint} has failed and is put off: redelivery {Redelivery} at {Due:O}")]
    private static partial void LogPutOff(ILogger logger, Exception exception, Guid? messageId, Uri endpoint, int redelivery, DateTimeOffset due);

    [LoggerMessage(81, LogLevel.Error, "Message {MessageId} on {Endpoint} was to be put off, but that could not be written; it is given up")]
    private static partial void LogNotPutOff(ILogger logger, Exception exception, Guid? messageId, Uri endpoint);
}
