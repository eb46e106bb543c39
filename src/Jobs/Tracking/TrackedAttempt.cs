using System.Data.Common;
using System.Diagnostics;
using Bus.Jobs.Running;
using Bus.Jobs.Store;
using Bus.Persistence.Inbox;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Jobs.Tracking;

/// <summary>
/// One attempt of a plain consumer, as its row tells it. That it begins is a commit of its own, shared with others of the moment; that it has ended commits with its work; that it has failed is written when its work is
/// rolled back.
/// </summary>
internal sealed partial class TrackedAttempt<TDbContext>(InboxTracking<TDbContext> tracking, TrackedConsumer consumer, ConsumeContext context, Type message, OutboxConsumeOptions options, Func<byte[]> body) : IInboxAttempt, ITrackedAttempt
    where TDbContext : DbContext
{
    private const int LongestError = 8_000;
    private const int MostTries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private TrackedRun? _run;
    private TrackedChange? _end;
    private long _startedAt;
    private bool _isOver;
    private bool _hasFailed;
    private bool _isLast;

    private OutboxEngine<TDbContext> Engine => tracking.Engine;

    public async Task BeginAsync(bool mayBeKnown)
    {
        _startedAt = Stopwatch.GetTimestamp();
        // An execution strategy repeats the consumer: it is one attempt all the same.
        if (_run is not null)
            return;
        context.ReceiveContext.GetOrAddPayload(static () => new TrackedDelivery()).Set(options.ConsumerType, message, this);
        if (context.GetOriginalMessageId() is not { } id)
            return;
        var begun = Change(TrackedStep.Begun, new TrackedRun(tracking.NewId(), 1)) with { Of = (id, options.ConsumerId), Body = body(), Node = JobCounters.Node };
        _run = (mayBeKnown ? null : await InsertAsync(begun)) ?? await tracking.Returned.BeginAsync(begun, isTriedAgain: context.GetRetryAttempt() > 0, context.ReceiveContext.Redelivered, context.CancellationToken);
    }

    public OutboxRecord? End(bool putsOff)
    {
        if (_run is not { } run)
            return null;
        _end = putsOff
            ? Change(TrackedStep.Ended, run) with { State = JobStates.Retrying, Text = "Its consumer has put it off." }
            : Change(TrackedStep.Ended, run) with { State = JobStates.Succeeded, Count = Count(JobStates.Succeeded, failures: 0) };
        return JobMaker.Record(run.Job, tracked: _end);
    }

    public IDisposable? CommitsAlone()
    {
        if (_end is null)
            return null;
        var counters = tracking.Counters.Rent();
        _end.Counters = counters.Node;
        return counters;
    }

    public void Committed()
    {
        if (_end is not { } end)
            return;
        _isOver = true;
        Tell(end);
    }

    // A row that this attempt has made says of a message that was handled that it comes again, and nothing would come after it.
    public Task RefusedAsync() => _run is { } run && !_isOver
        ? WriteAsync(run.Claim == 1 ? Change(TrackedStep.Withdrawn, run) : Change(TrackedStep.HandedBack, run) with { Text = "Another delivery of the message was ahead." })
        : Task.CompletedTask;

    public Task FailedAsync(Exception exception)
    {
        if (_run is not { } run || _isOver)
            return Task.CompletedTask;
        _isOver = true;
        if (exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested)
            return WriteAsync(Change(TrackedStep.HandedBack, run) with { Text = "Its process has handed it back." });
        _hasFailed = true;
        var state = _isLast ? JobStates.Dead : JobStates.Retrying;
        return WriteAsync(Change(TrackedStep.Failed, run) with { State = state, Text = JobText.Of(exception.ToString(), LongestError), Count = Count(state, failures: 1) });
    }

    public Task GiveUpAsync()
    {
        // Where nothing is tried again it is told before the work is rolled back, which keeps others from writing where one writes at a time: then the failure says it.
        if (_isLast)
            return Task.CompletedTask;
        _isLast = true;
        return _run is { } run && _hasFailed ? WriteAsync(Change(TrackedStep.GivenUp, run) with { State = JobStates.Dead, Count = new JobCount { Dead = 1 } }) : Task.CompletedTask;
    }

    /// <returns>Null when the message is known.</returns>
    private async Task<TrackedRun?> InsertAsync(TrackedChange begun)
    {
        try
        {
            await CommitAsync(begun);
            return new TrackedRun(begun.Job, begun.Claim);
        }
        catch (DbException exception) when (!Engine.Database.IsUnavailable(exception))
        {
            // Most likely it is there: its other delivery was ahead. If it is something else, the next statement meets it, too.
            return null;
        }
    }

    // The message fares as it does, whatever becomes of its note.
    private async Task WriteAsync(TrackedChange change)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CommitAsync(change);
                Tell(change);
                return;
            }
            catch (Exception exception)
            {
                if (attempt == MostTries)
                {
                    LogNotWritten(Engine.Log, exception, change.Step, context.MessageId, change.Type);
                    return;
                }
            }

            await Task.Delay(Pause * attempt, OutboxEngine<TDbContext>.Pace, CancellationToken.None);
        }
    }

    private Task<bool> CommitAsync(TrackedChange change) => Engine.Committer.CommitAsync(null, [JobMaker.Record(change.Job, tracked: change)]);

    private void Tell(TrackedChange change)
    {
        TrackedMeters.Tell(change);
        tracking.Waiters.Tell(change.Job);
    }

    private TrackedChange Change(TrackedStep step, TrackedRun run) => new(step, run.Job, run.Claim, consumer.Type, consumer.Queue) { Counters = tracking.GroupCounters };

    private JobCount Count(int state, int failures)
    {
        var count = new JobCount();
        // Only the first attempt at a message has waited in its queue; by the clock of who sent it.
        var isFirst = context.GetRetryAttempt() == 0 && context.GetRedeliveryCount() == 0;
        var run = (long)Stopwatch.GetElapsedTime(_startedAt).TotalMilliseconds;
        var waited = isFirst && context.SentTime is { } sent ? Engine.DueTime.ToUnixTimeMilliseconds() - new DateTimeOffset(sent, TimeSpan.Zero).ToUnixTimeMilliseconds() - run : 0;
        count.AddRun(state, failures, run, waited);
        return count;
    }

    [LoggerMessage(152, LogLevel.Warning, "That message {MessageId} was {Step} by {Consumer} could not be written down; its row says what was written last")]
    private static partial void LogNotWritten(ILogger logger, Exception exception, TrackedStep step, Guid? messageId, string consumer);
}
