using System.Threading.Channels;

namespace Bus.Core.Loops;

/// <summary>A wake-up that is remembered until someone waits for it; several settings before a wait count as one. Thread-safe, for one waiter.</summary>
public sealed class Signal
{
    private readonly Channel<byte> _channel = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Sets the signal.</summary>
    public void Set() => _channel.Writer.TryWrite(0);

    /// <summary>Waits until the signal is set, <paramref name="timeout"/> has passed or the token is cancelled; then clears it. Never throws.</summary>
    /// <returns><see langword="true"/> when it was set.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_channel.Reader.TryRead(out _))
            return true;

        using var deadline = timeout == Timeout.InfiniteTimeSpan ? new CancellationTokenSource() : new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _channel.Reader.WaitToReadAsync(either.Token);
            return _channel.Reader.TryRead(out _);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
