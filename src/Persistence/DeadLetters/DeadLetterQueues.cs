using System.Collections.Concurrent;
using Bus.Core.Loops;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.DeadLetters;

/// <summary>
/// The base of what takes messages out of <c>{queue}_error</c> and <c>{queue}_skipped</c>. A message is handed to <see cref="TakeAsync"/> and acknowledged when that returns; when it throws the message stays where it is.
/// </summary>
internal abstract partial class DeadLetterQueues(ILogger log, TimeProvider time) : BackgroundLoop(time, LookEvery)
{
    public const string Error = "_error";
    public const string Skipped = "_skipped";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, byte> _queues = new(StringComparer.Ordinal);
    private readonly ByteRoom _room = new(LetterBlock.MostBytes);

    /// <summary>Stores a message.</summary>
    public Func<ArrivedMessage, CancellationToken, Task> Store { get; set; } = (_, _) => throw new OutboxException("Dead letters are not stored yet: the host has not started.");

    protected ILogger Log => log;

    /// <summary>Of which queues the messages are taken that they could not handle.</summary>
    public void Add(string queue)
    {
        if (!queue.EndsWith(Error, StringComparison.Ordinal) && !queue.EndsWith(Skipped, StringComparison.Ordinal) && _queues.TryAdd(queue, 0))
            Wake();
    }

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in _queues.Keys)
        {
            await AttachAsync(queue, Error, cancellationToken);
            await AttachAsync(queue, Skipped, cancellationToken);
        }

        return false;
    }

    /// <summary>Reads a queue from now on, if it is there and is not read already.</summary>
    protected abstract Task AttachAsync(string queue, string suffix, CancellationToken cancellationToken);

    /// <summary>Reads at the start what can be read without waiting for anybody.</summary>
    public virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads no more, once the loop has stopped.</summary>
    public virtual Task CloseAsync() => Task.CompletedTask;

    /// <summary>An endpoint of this bus is there, one that comes and goes with it too.</summary>
    public virtual void Know(string endpoint)
    {
    }

    /// <summary>Whether a message that is sent to a queue by its name finds it; null when nobody can say.</summary>
    public virtual Task<bool?> HasAsync(string queue, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);

    /// <summary>Reads a message and stores it, once there is room for its body beside those that are on their way.</summary>
    protected async Task TakeAsync(long bytes, Func<ArrivedMessage> read, string suffix, CancellationToken cancellationToken)
    {
        using var place = await _room.EnterAsync(bytes, cancellationToken);
        var message = read();
        await Store(suffix == Skipped ? message with { Reason = "dead-letter" } : message, cancellationToken);
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => LogFailed(log, exception, retryIn);

    [LoggerMessage(132, LogLevel.Warning, "The queues of messages that could not be handled cannot be read; next try in {RetryIn}")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);
}
