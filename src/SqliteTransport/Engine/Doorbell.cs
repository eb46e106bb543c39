using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// What a writer sleeps on: a socket on the loopback device, which the threads of this process and other processes ring alike, so that no thread stands between the two. Ringing is
/// thread-safe; one thread waits. A stranger's datagram costs a look at the queues and nothing else.
/// </summary>
internal sealed partial class Doorbell : IDisposable
{
    private const byte Own = 0;
    private const byte Foreign = 1;

    // More at a time is a flood, and the writer has other work.
    private const int MostRings = 64;

    private static readonly TimeSpan WithoutLoopback = TimeSpan.FromMilliseconds(5);
    private static readonly byte[] OwnRing = [Own];
    private static readonly byte[] ForeignRing = [Foreign];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private readonly SocketAddress _own;
    private readonly byte[] _datagram = new byte[16];
    private readonly TimeSpan _longest = TimeSpan.MaxValue;

    public Doorbell(ILogger log)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _own = _socket.LocalEndPoint!.Serialize();
        Ring();
        if (_socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead))
            return;
        _longest = WithoutLoopback;
        LogNoLoopback(log, WithoutLoopback);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Wakes the writer of this process.</summary>
    public void Ring() => Send(OwnRing, _own);

    /// <summary>Wakes the writer of another process. A ring that is lost costs it the time to its next look.</summary>
    public void RingAt(int port) => Send(ForeignRing, new IPEndPoint(IPAddress.Loopback, port).Serialize());

    /// <summary>Waits until somebody rings; at once where somebody has.</summary>
    /// <param name="longest">The longest wait, rounded up to milliseconds: less than one would be none, and the thread would spin.</param>
    /// <returns>Whether another process has rung.</returns>
    public bool Wait(TimeSpan longest)
    {
        var milliseconds = Math.Ceiling((longest < _longest ? longest : _longest).TotalMilliseconds);
        var isForeign = false;
        try
        {
            if (!_socket.Poll(TimeSpan.FromMilliseconds(milliseconds), SelectMode.SelectRead))
                return false;
            var rings = 0;
            do
            {
                // An empty datagram has a length too, of zero.
                var length = _socket.Receive(_datagram);
                isForeign |= length != OwnRing.Length || _datagram[0] != Own;
            }
            while (_socket.Available > 0 && ++rings < MostRings);
        }
        catch (SocketException)
        {
            // Somebody whom we rang has gone, which the next receive reports on some systems; or a stranger's datagram was too long for us.
            isForeign = true;
        }

        return isForeign;
    }

    public void Dispose() => _socket.Dispose();

    private void Send(byte[] ring, SocketAddress to)
    {
        try
        {
            _socket.SendTo(ring, SocketFlags.None, to);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has gone, or its buffer is full and it is awake anyway; or we are closed, and somebody's transaction has outlived us.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The loopback device of this machine carries no datagrams, by which queues wake their readers: they are looked at every {Interval} instead. Bring it up with `ip link set lo up`, or whatever this system has for it.")]
    private static partial void LogNoLoopback(ILogger logger, TimeSpan interval);
}
