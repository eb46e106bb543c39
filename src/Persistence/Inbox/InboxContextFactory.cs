using System.Data.Common;
using System.Diagnostics;
using Bus.Core.Faults;
using Bus.Core.Telemetry;
using Bus.Persistence.Databases;
using Bus.Persistence.Outbox;
using Bus.Persistence.Redelivery;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Inbox;

/// <summary>Runs a handler so that its effects in the database, its messages and the record of its message commit together, once.</summary>
internal sealed partial class InboxContextFactory<TDbContext>(OutboxEngine<TDbContext> engine, ScopedContext<TDbContext> scoped, KnownConsumers consumers, IServiceProvider scope, IInboxTracking<TDbContext>? tracking = null) : IOutboxContextFactory<TDbContext>
    where TDbContext : DbContext
{
    // One method, not four that call each other: it runs for every message, and each of them would be a state machine.
    public async Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        var run = new Run<T>(context, options, next) { Attempt = tracking?.Follow(context, options) };
        InboxKey? asked = null;
        try
        {
            var messageId = InboxId.Of(context, options.ConsumerId) ?? throw new OutboxException(
                $"A message of type '{TypeCache<T>.ShortName}' came to '{context.ReceiveContext.InputAddress}' without a MessageId, so that the inbox cannot know it again: have its sender set one.");
            var key = new InboxKey(messageId, options.ConsumerId);
            asked = key;
            await engine.Database.WaitAsync(context.CancellationToken);
            var known = InboxId.IsForAnother(context, options.ConsumerId, consumers) || engine.Recent.Contains(key) || (MustAsk(context) && await IsInInboxAsync(key, context.CancellationToken));
            if (known)
            {
                await AcknowledgeDuplicateAsync(run);
            }
            else if (!await RunAsync(run, key))
            {
                if (run.Attempt is { } attempt)
                    await attempt.RefusedAsync();
                await AcknowledgeDuplicateAsync(run);
            }
        }
        catch (Exception exception)
        {
            // An outage is waited for here, so that the retry that follows finds the database and it costs one attempt, not all.
            if (engine.Database.IsUnavailable(exception))
                await engine.Database.ReportAsync(exception, context.CancellationToken);
            if (run.Attempt is { } attempt)
                await attempt.FailedAsync(exception);

            // MassTransit reports the failure of a handler; that of the commit, or of the inbox itself, is ours to report, or no Fault is published.
            if (!run.HandlerFailed)
                await context.NotifyFaulted(context, run.Elapsed, options.ConsumerType, exception);
            if (context.TryGetPayload<RedeliveryContext<T>>(out var delivery))
                delivery.Key = asked;
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox").Add("context", typeof(TDbContext).Name);

    private bool MustAsk(ConsumeContext context) => engine.Options.InboxCheck == InboxCheck.Always || MayBeKnown(context);

    private static bool MayBeKnown(ConsumeContext context) =>
        context.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0 || context.GetRedeliveryCount() > 0
        || context.ReceiveContext.TransportHeaders.TryGetHeader(RecordSendPipe.ResentHeader, out _);

    private async Task<bool> IsInInboxAsync(InboxKey key, CancellationToken cancellationToken)
    {
        await using var session = await engine.OpenAsync(cancellationToken);
        return await session.ScalarAsync(engine.Dialect.Statements.InboxContains, cancellationToken, key.MessageId, key.ConsumerId) is not null;
    }

    /// <returns>False when the message was a duplicate after all.</returns>
    private Task<bool> RunAsync<T>(Run<T> run, InboxKey key)
        where T : class
    {
        if (!engine.RetriesInContext)
            return RunOnceAsync(run, key);

        // A retrying execution strategy refuses transactions that it did not begin: let it run the whole handler.
        var context = new ConsumeUnit<TDbContext>(engine, scope, key).Context;
        return context.Database.CreateExecutionStrategy().ExecuteAsync(() =>
        {
            // What a failed try had saved is tracked as saved: the next must read what is there.
            context.ChangeTracker.Clear();
            return RunOnceAsync(run, key);
        });
    }

    private async Task<bool> RunOnceAsync<T>(Run<T> run, InboxKey key)
        where T : class
    {
        // Before there is a transaction: on a one-writer database nobody could write beside it.
        if (run.Attempt is { } attempt)
            await attempt.BeginAsync(MayBeKnown(run.Context));
        var unit = new ConsumeUnit<TDbContext>(engine, scope, key);
        unit.Enter();
        try
        {
            run.HandlerFailed = true;
            await run.Next.Send(new ConsumeUnitContext<TDbContext, T>(run.Context, run.Options, scope, unit, engine));
            run.HandlerFailed = false;
            if (unit.IsAbandoned)
                throw new OutboxException($"The handler of message {key.MessageId} failed and its work was rolled back, but a filter inside of the inbox swallowed its exception: where the queues are in the service's file, let it pass, and handle it outside.");
            if (run.Attempt?.End(unit.PutsOff) is { } end)
                unit.Add(end);
            unit.Seal();
            var isAlone = unit.Transaction is null && ((engine.WatchesContexts && scoped.Context is null) || !unit.Context.ChangeTracker.HasChanges());
            var committed = isAlone ? await engine.Committer.CommitAsync(key, unit.Records) : await CommitAsync(unit, run.Attempt, run.Context.CancellationToken);
            if (committed)
                run.Attempt?.Committed();
            if (committed && unit.PutsOff)
                Timers.PutOffMark.Set(run.Context);
            return committed;
        }
        finally
        {
            await unit.EndAsync();
        }
    }

    private async Task<bool> CommitAsync(ConsumeUnit<TDbContext> unit, IInboxAttempt? attempt, CancellationToken cancellationToken)
    {
        await unit.BeginAsync(cancellationToken);
        var transaction = unit.Transaction ?? throw new OutboxException(
            $"The handler left a transaction of its own open on '{typeof(TDbContext).Name}': the inbox owns the transaction, do not begin one in a handler.");
        await unit.Context.SaveLastAsync(cancellationToken);

        using var counters = attempt?.CommitsAlone();
        var rows = OutboxRecord.Rows(unit.Records);
        engine.Owner.Assign(rows);
        engine.Relay.Expect(rows);
        try
        {
            await WriteAndCommitAsync(unit, rows, transaction, cancellationToken);
        }
        catch (Exception exception)
        {
            engine.Relay.Forget(rows);
            if (exception is DbException error && engine.Dialect.IsDuplicate(error))
                return false;
            throw;
        }

        engine.Recent.Add(unit.Key);
        engine.Relay.Enqueue(rows);
        return true;
    }

    private async Task WriteAndCommitAsync(ConsumeUnit<TDbContext> unit, IReadOnlyList<OutboxRecord> rows, IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = unit.Context.Database.GetDbConnection();
        await using var batch = new StoreBatch(connection, transaction.GetDbTransaction());
        engine.Dialect.AddWrite(batch, [unit.Key], rows);
        if (engine.Dialect.CommitInBatch is { } commit)
            batch.Add(commit);
        FaultPoint.Reach(FaultPoints.BeforeInbox);
        FaultPoint.Reach(FaultPoints.BeforeCommit);
        await batch.ExecuteAsync(cancellationToken);
        var guest = engine.WriteToQueues(connection, unit.Records);
        FaultPoint.Reach(FaultPoints.AfterInbox);
        if (engine.Dialect.CommitInBatch is null)
            await transaction.CommitAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.AfterCommit);
        engine.TellCommitted(guest);
    }

    private async Task AcknowledgeDuplicateAsync<T>(Run<T> run)
        where T : class
    {
        BusMetrics.InboxDuplicates.Add(1);
        LogDuplicate(engine.Log, run.Context.MessageId, run.Options.ConsumerType);

        // A message that nobody reports as consumed would be taken for unknown and moved to the skipped queue.
        if (run.Context.ReceiveContext is { IsDelivered: false, IsFaulted: false })
            await run.Context.NotifyConsumed(run.Context, run.Elapsed, run.Options.ConsumerType);
    }

    /// <summary>One delivery on its way through the inbox.</summary>
    private sealed class Run<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public ConsumeContext<T> Context => context;

        public OutboxConsumeOptions Options => options;

        public IPipe<OutboxConsumeContext<T>> Next => next;

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

        public bool HandlerFailed { get; set; }

        /// <summary>Who follows it; null for nobody.</summary>
        public IInboxAttempt? Attempt { get; init; }
    }

    [LoggerMessage(20, LogLevel.Debug, "Message {MessageId} was applied by {Consumer} before; acknowledged without a second effect")]
    private static partial void LogDuplicate(ILogger logger, Guid? messageId, string consumer);
}
