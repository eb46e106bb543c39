using System.Net;
using System.Net.Sockets;
using Bus.Core.SharedFile;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// What a writer sleeps on: a socket on the loopback device, which the threads of this process and other processes ring alike, so that no thread stands between the two. Ringing is
/// thread-safe; one thread waits. A stranger's datagram costs a look at the queues or an empty transaction.
/// </summary>
internal sealed partial class Doorbell : IDisposable
{
    // More at a time is a flood, and the writer has other work.
    private const int MostRings = 64;

    private static readonly TimeSpan WithoutLoopback = TimeSpan.FromMilliseconds(5);
    private static readonly byte[][] Datagrams = [[(byte)Ring.Own], [(byte)Ring.Look], [(byte)Ring.Coming]];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private readonly SocketAddress _own;
    private readonly byte[] _datagram = new byte[1 + INeighbours.Longest];
    private readonly Action<ReadOnlySpan<byte>>? _heard;
    private readonly TimeSpan _longest = TimeSpan.MaxValue;

    /// <param name="log">Told when nothing can be heard.</param>
    /// <param name="heard">Gets words of other processes that are not for the queues, on the thread that waits; null for none.</param>
    /// <exception cref="SocketException">There is no loopback device.</exception>
    public Doorbell(ILogger log, Action<ReadOnlySpan<byte>>? heard = null)
    {
        _heard = heard;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _own = _socket.LocalEndPoint!.Serialize();
        RingOwn();
        if (_socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead))
            return;
        _longest = WithoutLoopback;
        LogNoLoopback(log, WithoutLoopback);
    }

    /// <summary>Whether rings are carried at all.</summary>
    public bool Works => _longest != WithoutLoopback;

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Wakes the writer of this process.</summary>
    public void RingOwn() => Send(Ring.Own, _own);

    /// <summary>Wakes the writer of another process. A ring that is lost costs it the time to its next look.</summary>
    public void RingAt(int port, Ring ring) => Send(ring, new IPEndPoint(IPAddress.Loopback, port).Serialize());

    /// <summary>Tells another process something that is not for its queues. It may be lost.</summary>
    public void TellAt(int port, ReadOnlySpan<byte> word) => Send([(byte)Ring.Word, .. word], new IPEndPoint(IPAddress.Loopback, port).Serialize());

    /// <summary>Waits until somebody rings; at once where somebody has.</summary>
    /// <param name="longest">The longest wait, rounded up to milliseconds: less than one would be none, and the thread would spin.</param>
    /// <returns>The most that a ring has said; <see cref="Ring.Own"/> when the time ran out.</returns>
    public Ring Wait(TimeSpan longest)
    {
        var milliseconds = Math.Ceiling((longest < _longest ? longest : _longest).TotalMilliseconds);
        var heard = Ring.Own;
        try
        {
            if (!_socket.Poll(TimeSpan.FromMilliseconds(milliseconds), SelectMode.SelectRead))
                return heard;
            var rings = 0;
            do
            {
                // An empty datagram has a length too, of zero.
                var ring = Understand(_datagram.AsSpan(0, _socket.Receive(_datagram)));
                heard = ring > heard ? ring : heard;
            }
            while (_socket.Available > 0 && ++rings < MostRings);
        }
        catch (SocketException)
        {
            // Somebody whom we rang has gone, which the next receive reports on some systems; or a stranger's datagram was too long for us.
            heard = heard == Ring.Own ? Ring.Look : heard;
        }

        return heard;
    }

    public void Dispose() => _socket.Dispose();

    private Ring Understand(ReadOnlySpan<byte> datagram)
    {
        if (datagram is not [(byte)Ring.Word, _, ..])
            return datagram is [<= (byte)Ring.Coming] ? (Ring)datagram[0] : Ring.Look;
        try
        {
            _heard?.Invoke(datagram[1..]);
        }
        catch (Exception)
        {
            // Whatever they make of it, the queues need this thread. A word may be lost.
        }

        return Ring.Own;
    }

    private void Send(Ring ring, SocketAddress to) => Send(Datagrams[(int)ring], to);

    private void Send(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, to);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has gone, or its buffer is full and it is awake anyway; or we are closed, and somebody's transaction has outlived us.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The loopback device of this machine carries no datagrams, by which queues wake their readers: this process looks at its own every {Interval} instead, and at those that others fill every 50 ms. Bring it up with `ip link set lo up`, or whatever this system has for it.")]
    private static partial void LogNoLoopback(ILogger logger, TimeSpan interval);
}
