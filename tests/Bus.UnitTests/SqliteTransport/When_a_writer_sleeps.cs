using System.Net;
using System.Net.Sockets;
using Bus.SqliteTransport.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.UnitTests.SqliteTransport;

public sealed class When_a_writer_sleeps : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly Doorbell _bell = new(NullLogger.Instance);

    public When_a_writer_sleeps() => Assert.False(_bell.Wait(Long), "The ring by which a new bell tries itself is its own.");

    [Fact]
    public void Should_wake_at_its_own_ring_and_know_it_from_others()
    {
        _bell.Ring();
        Assert.False(_bell.Wait(Long));
        _bell.RingAt(_bell.Port);
        Assert.True(_bell.Wait(Long));
    }

    [Fact]
    public void Should_hear_another_behind_its_own_rings()
    {
        for (var ring = 0; ring < 10; ring++)
            _bell.Ring();
        _bell.RingAt(_bell.Port);

        Assert.True(_bell.Wait(Long));
        Assert.False(_bell.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Should_take_an_empty_or_a_huge_datagram_of_a_stranger_for_a_ring()
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        foreach (var length in new[] { 0, 60_000 })
        {
            stranger.SendTo(new byte[length], new IPEndPoint(IPAddress.Loopback, _bell.Port));
            Assert.True(_bell.Wait(Long));
            Assert.False(_bell.Wait(TimeSpan.Zero));
        }
    }

    [Fact]
    public void Should_ring_at_a_port_where_nobody_listens_and_after_its_own_end()
    {
        using var gone = new Doorbell(NullLogger.Instance);
        var port = gone.Port;
        gone.Dispose();

        _bell.RingAt(port);
        Assert.False(_bell.Wait(TimeSpan.Zero));
        gone.Ring();
    }

    public void Dispose() => _bell.Dispose();
}
