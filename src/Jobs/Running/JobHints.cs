using System.Collections.Concurrent;
using Bus.Core.Loops;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Running;

/// <summary>Tells other processes of jobs that this one does not take at once: of many in short succession together. Thread-safe.</summary>
internal sealed class JobHints(Func<IBus> bus)
{
    /// <summary>The endpoint on which this process hears of the jobs of others.</summary>
    public static readonly string Endpoint = $"job-hints-{NewId.NextGuid():N}";

    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, byte> _queues = new(StringComparer.Ordinal);
    private int _isSending;
    private long _sent;

    public void Send(string queue)
    {
        _queues[queue] = 0;
        if (Interlocked.Exchange(ref _isSending, 1) == 0)
            _ = Detached.Run(SendAsync);
    }

    /// <summary>Tells nobody anything, so that the first that is told is told as fast as any: the first message of a process takes a quarter of a second.</summary>
    public void WarmUp() => _ = Detached.Run(() => TrySendAsync([]));

    private async Task SendAsync()
    {
        do
        {
            while (!_queues.IsEmpty)
            {
                // The first goes at once, and only those that follow close upon it together.
                if (_sent != 0 && Together - TimeProvider.System.GetElapsedTime(_sent) is var early && early > TimeSpan.Zero)
                    await Task.Delay(early, TimeProvider.System, CancellationToken.None);
                _sent = TimeProvider.System.GetTimestamp();
                string[] queues = [.. _queues.Keys.Where(queue => _queues.TryRemove(queue, out _))];
                await TrySendAsync(queues);
            }

            Volatile.Write(ref _isSending, 0);
        }
        while (!_queues.IsEmpty && Interlocked.Exchange(ref _isSending, 1) == 0);
    }

    private async Task TrySendAsync(string[] queues)
    {
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
internal sealed class JobHintConsumer<TDbContext>(Func<JobStation<TDbContext>> station) : IConsumer<JobsQueued>
    where TDbContext : DbContext
{
    public Task Consume(ConsumeContext<JobsQueued> context)
    {
        foreach (var queue in context.Message.Queues)
            station().Hint(queue);
        return Task.CompletedTask;
    }
}
