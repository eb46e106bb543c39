using System.Diagnostics;

namespace Bus.Core.Turns;

/// <summary>The right to write, or a place in the queue for it. Dispose it once it is granted; a second time does nothing. Thread-safe.</summary>
internal sealed class WriteTurn(WriteTurns? turns, string writer) : IDisposable
{
    /// <summary>Where nobody has to wait for anybody.</summary>
    public static readonly WriteTurn None = new(null, "nobody");

    private readonly SemaphoreSlim? _granted = turns is null ? null : new SemaphoreSlim(0, 1);
    private long _since;

    public string Writer => writer;

    public TimeSpan Held => Stopwatch.GetElapsedTime(_since);

    public void Dispose() => turns?.Leave(this);

    /// <summary>It begins. Whoever waits for it goes on.</summary>
    public void Grant()
    {
        _since = Stopwatch.GetTimestamp();
        _granted!.Release();
    }

    public bool Wait(TimeSpan patience) => _granted!.Wait(patience);

    public Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancellationToken) => _granted!.WaitAsync(patience, cancellationToken);
}
