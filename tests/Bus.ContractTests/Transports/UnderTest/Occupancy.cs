using System.Threading.Channels;

namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>Counts handlers that run at once, and holds each until it is let go. Thread-safe.</summary>
public sealed class Occupancy
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _releases = Channel.CreateUnbounded<bool>();
    private readonly Arrivals<int> _peaks = new();
    private int _running;

    /// <summary>The most that ever ran at once.</summary>
    public int Peak => _peaks.All.Count;

    /// <summary>A handler's whole body.</summary>
    public async Task OccupyAsync()
    {
        lock (_gate)
        {
            if (++_running > Peak)
            {
                _peaks.Add(_running);
            }
        }

        await _releases.Reader.ReadAsync().AsTask().InTimeAsync();
        lock (_gate)
        {
            _running--;
        }
    }

    /// <summary>Waits until <paramref name="count"/> have run at once.</summary>
    public Task ReachAsync(int count) => _peaks.WaitAsync(count);

    /// <summary>Lets <paramref name="count"/> handlers go, of those that run or are to come.</summary>
    public void Release(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _releases.Writer.TryWrite(true);
        }
    }
}
