using System.Threading.Channels;
using Bus.Core.Loops;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.DeadLetters;

/// <summary>Stores what the queues of unhandled messages hand over, in blocks. Thread-safe.</summary>
internal sealed partial class DeadLetterIntake<TDbContext>(OutboxEngine<TDbContext> engine, LetterFields fields) : BackgroundLoop(OutboxEngine<TDbContext>.Pace, TimeSpan.FromMinutes(1))
    where TDbContext : DbContext
{
    private const int MostLetters = 200;
    private const int MostBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Returns when the message is committed; it may be acknowledged then, and not before. Waits as long as the database is away.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; whether it is stored is not known, and it must be handed over again.</exception>
    public async Task TakeAsync(ArrivedMessage message, CancellationToken cancellationToken)
    {
        // One id however often it is written: whose commit was not answered may be there already.
        var id = engine.Dialect.NewKey();
        var found = fields.Of(message.Body, isJob: false);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var waiting = new Waiting(message.ToLetter() with { Id = id, Fields = found });
                _waiting.Writer.TryWrite(waiting);
                Wake();
                await waiting.Task.WaitAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // It may be they that the database refuses: the letter is worth more than what it is found by.
                if (!engine.Database.IsUnavailable(exception))
                    found = [];
                LogNotStored(engine.Log, exception, message.MessageId, message.Queue, pause);
                await Task.Delay(pause, OutboxEngine<TDbContext>.Pace, cancellationToken);
            }
        }
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        List<Waiting> block = [];
        var bytes = 0;
        while (block.Count < MostLetters && bytes < MostBytes && _waiting.Reader.TryRead(out var waiting))
        {
            block.Add(waiting);
            bytes += waiting.Letter.Body.Length;
        }

        if (block.Count > 0)
            await StoreAsync(block, cancellationToken);
        return block.Count > 0;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(engine.Log, exception, retryIn);

    private async Task StoreAsync(List<Waiting> block, CancellationToken cancellationToken)
    {
        try
        {
            await engine.Database.WaitAsync(cancellationToken);
            await using var session = await engine.OpenAsync(cancellationToken);
            await session.InTransactionAsync(
                (TDbContext db) => LetterWriter.AddAsync(engine.Dialect, session.Connection, db.Database.CurrentTransaction!.GetDbTransaction(), block.Select(waiting => waiting.Letter), cancellationToken), cancellationToken);
            block.ForEach(waiting => waiting.TrySetResult());
        }
        catch (Exception exception) when (block.Count == 1 || engine.Database.IsUnavailable(exception))
        {
            block.ForEach(waiting => waiting.TrySetException(exception));
        }
        catch (Exception)
        {
            // One of them is broken, and spoils no other.
            foreach (var waiting in block)
                await StoreAsync([waiting], cancellationToken);
        }
    }

    private sealed class Waiting(NewLetter letter) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public NewLetter Letter => letter;
    }

    [LoggerMessage(130, LogLevel.Warning, "Message {MessageId}, which could not be handled on {Queue}, could not be stored as a dead letter; it stays in its queue, next try in {RetryIn}")]
    private static partial void LogNotStored(ILogger logger, Exception exception, string? messageId, string queue, TimeSpan retryIn);

    [LoggerMessage(131, LogLevel.Warning, "The intake of dead letters failed; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
