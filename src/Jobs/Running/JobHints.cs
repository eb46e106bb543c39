using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Core.SharedFile;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Running;

/// <summary>
/// Tells other processes of jobs that this one does not take at once: of many in short succession together; by a word to its neighbours where the transport has such, else by a message. Thread-safe.
/// </summary>
/// <param name="bus">Carries the messages.</param>
/// <param name="neighbours">Null where there are none.</param>
/// <param name="database">The name of the database that the jobs are in.</param>
internal sealed class JobHints(Func<IBus> bus, Func<INeighbours?> neighbours, Func<string> database)
{
    private static readonly TimeSpan MessagesTogether = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan WordsTogether = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, byte> _queues = new(StringComparer.Ordinal);
    private TimeSpan _together;
    private int _isSending;
    private long _sent;

    // The first goes at once, and only those that follow close upon it together.
    private TimeSpan Early => _sent == 0 ? TimeSpan.Zero : _together - TimeProvider.System.GetElapsedTime(_sent);

    public void Send(string queue)
    {
        _queues[queue] = 0;
        if (Interlocked.Exchange(ref _isSending, 1) != 0)
            return;
        // A word is told sooner than another thread is woken to tell it.
        if (Early <= TimeSpan.Zero && Take() is var queues && !TryTell(queues))
            Array.ForEach(queues, queue => _queues[queue] = 0);
        Volatile.Write(ref _isSending, 0);
        if (!_queues.IsEmpty && Interlocked.Exchange(ref _isSending, 1) == 0)
            _ = Detached.Run(SendAsync);
    }

    /// <summary>Tells nobody anything, so that the first that is told is told as fast as any: the first message of a process takes a quarter of a second.</summary>
    public void WarmUp() => _ = Detached.Run(() => TryTell([]) ? Task.CompletedTask : TrySendAsync([]));

    /// <summary>Hears, from now on, what neighbours tell.</summary>
    /// <param name="heard">Gets each queue; returns at once.</param>
    public void Listen(Action<string> heard)
    {
        if (neighbours() is { } all)
            all.Heard += word => Array.ForEach(JobWord.Read(database(), word), heard);
    }

    private async Task SendAsync()
    {
        do
        {
            while (!_queues.IsEmpty)
            {
                if (Early is var early && early > TimeSpan.Zero)
                    await Task.Delay(early, TimeProvider.System, CancellationToken.None);
                var queues = Take();
                if (!TryTell(queues))
                    await TrySendAsync(queues);
            }

            Volatile.Write(ref _isSending, 0);
        }
        while (!_queues.IsEmpty && Interlocked.Exchange(ref _isSending, 1) == 0);
    }

    // Before they are told: what is added from here on is told once more.
    private string[] Take() => [.. _queues.Keys.Where(queue => _queues.TryRemove(queue, out _))];

    // What has committed must not fail for this.
    private bool TryTell(string[] queues)
    {
        try
        {
            if (neighbours() is not { } all || !JobWord.Of(database(), queues).All(word => all.TryTell(word)))
                return false;
        }
        catch (Exception)
        {
            // The process is stopping.
            return false;
        }

        (_sent, _together) = (TimeProvider.System.GetTimestamp(), WordsTogether);
        return true;
    }

    private async Task TrySendAsync(string[] queues)
    {
        (_sent, _together) = (TimeProvider.System.GetTimestamp(), MessagesTogether);
        try
        {
            using var limit = new CancellationTokenSource(Lifetime, TimeProvider.System);
            await bus().Publish(
                new JobsQueued(queues),
                Pipe.Execute<PublishContext<JobsQueued>>(context => (context.Durable, context.TimeToLive) = (false, Lifetime)),
                limit.Token);
        }
        catch (Exception)
        {
            // The broker is away, or not started: they look for themselves.
        }
    }
}

/// <summary>Hears of the jobs of others.</summary>
internal sealed class JobHintConsumer<TDbContext>(Func<JobNews<TDbContext>> news) : IConsumer<JobsQueued>
    where TDbContext : DbContext
{
    public Task Consume(ConsumeContext<JobsQueued> context)
    {
        foreach (var queue in context.Message.Queues)
            news().Hear(queue);
        return Task.CompletedTask;
    }
}
