using Bus.Core.Faults;

namespace Bus.SqliteTransport.Engine;

/// <summary>A consumer of this process. What it holds is counted here; thread-safe where it says so.</summary>
internal sealed class QueueConsumer(Writer writer, string queue, ConsumerOptions options) : IQueueConsumer
{
    // Only the writer's thread looks at it.
    private readonly HashSet<HeldDelivery> _held = [];
    private int _out;
    private bool _isStopped;

    public Writer Writer => writer;

    public string QueueName => queue;

    /// <summary>Set when the writer has seen the consumer.</summary>
    public long QueueId { get; set; }

    /// <summary>Whether the queue may have ready rows; false when a claim has found fewer than it had room for.</summary>
    public bool MayHaveReady { get; set; } = true;

    public bool IsStopped
    {
        get => Volatile.Read(ref _isStopped);
        private set => Volatile.Write(ref _isStopped, value);
    }

    public int Prefetch => options.Prefetch;

    /// <summary>How many more it may hold. Thread-safe.</summary>
    public int Room => IsStopped ? 0 : options.Prefetch - Volatile.Read(ref _out);

    /// <summary>Whether it works on less than half of what it may hold. Thread-safe.</summary>
    public bool IsStarving => MayHaveReady && Room * 2 > options.Prefetch;

    public IReadOnlyCollection<HeldDelivery> Held => _held;

    /// <summary>One more is out. Thread-safe.</summary>
    public void Took() => Interlocked.Increment(ref _out);

    /// <summary>One less. Thread-safe.</summary>
    public void GaveBack() => Interlocked.Decrement(ref _out);

    public void HandOver(HeldDelivery delivery)
    {
        FaultPoint.Reach(FaultPoints.BeforeQueueHandOver);
        _held.Add(delivery);
        try
        {
            options.OnDelivery(delivery);
        }
        catch (Exception exception)
        {
            writer.Log.HandOver(exception, queue);
            delivery.Abandon(TimeSpan.FromSeconds(1), counted: false);
        }
    }

    public void Stop() => IsStopped = true;

    public void Ended(HeldDelivery delivery) => _held.Remove(delivery);

    public void LoseAll()
    {
        foreach (var delivery in _held)
            delivery.Lose();
        _held.Clear();
    }

    public async Task StopAsync()
    {
        Stop();
        try
        {
            // After a turn of the writer nothing is on its way to this consumer.
            await writer.RunAsync(new DelegateOperation(static _ => { }, isDurable: false), CancellationToken.None);
        }
        catch (Exception exception) when (exception is QueueFileException or ObjectDisposedException)
        {
            // The turn was taken, whatever became of it.
        }
    }
}
