namespace Bus.Persistence.Outbox;

/// <summary>One time-out shared by all sends that begin within a second: a timer a message would cost more than the message.</summary>
internal sealed class SendDeadline : IDisposable
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _source;
    private readonly long _started;

    public SendDeadline(TimeProvider time, TimeSpan timeout)
    {
        _time = time;
        _started = time.GetTimestamp();
        _source = new CancellationTokenSource(timeout + Slot, time);
    }

    public bool IsFresh => _time.GetElapsedTime(_started) < Slot;

    public CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();
}
