using System.Net;
using System.Net.Sockets;
using System.Text;
using Bus.Core.SharedFile;
using Bus.SqliteTransport.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.UnitTests.SqliteTransport;

public sealed class When_a_writer_sleeps : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly Doorbell _bell = new(NullLogger.Instance);

    public When_a_writer_sleeps() => Assert.Equal(Ring.Own, _bell.Wait(Long));

    [Fact]
    public void Should_wake_at_its_own_ring_and_know_it_from_others()
    {
        _bell.RingOwn();
        Assert.Equal(Ring.Own, _bell.Wait(Long));
        _bell.RingAt(_bell.Port, Ring.Look);
        Assert.Equal(Ring.Look, _bell.Wait(Long));
    }

    [Fact]
    public void Should_hear_the_most_of_what_is_said_at_once()
    {
        foreach (var ring in new[] { Ring.Look, Ring.Coming, Ring.Look })
            _bell.RingAt(_bell.Port, ring);
        _bell.RingOwn();

        Assert.Equal(Ring.Coming, _bell.Wait(Long));
        Assert.Equal(Ring.Own, _bell.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Should_take_what_it_does_not_know_for_a_call_to_look()
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        foreach (var datagram in new byte[][] { [], new byte[8_000], [77] })
        {
            stranger.SendTo(datagram, new IPEndPoint(IPAddress.Loopback, _bell.Port));
            Assert.Equal(Ring.Look, _bell.Wait(Long));
            Assert.Equal(Ring.Own, _bell.Wait(TimeSpan.Zero));
        }
    }

    [Fact]
    public void Should_hand_on_words_that_are_not_for_it_and_sleep_on()
    {
        List<string> heard = [];
        using var listening = new Doorbell(NullLogger.Instance, word => heard.Add(Encoding.UTF8.GetString(word)));
        Assert.Equal(Ring.Own, listening.Wait(Long));

        _bell.TellAt(listening.Port, "one"u8);
        Assert.Equal(Ring.Own, listening.Wait(Long));
        _bell.TellAt(listening.Port, new byte[INeighbours.Longest]);
        _bell.RingAt(listening.Port, Ring.Look);
        Assert.Equal(Ring.Look, listening.Wait(Long));

        Assert.Equal(["one", new string('\0', INeighbours.Longest)], heard);
    }

    [Fact]
    public void Should_outlive_who_cannot_make_anything_of_a_word()
    {
        using var listening = new Doorbell(NullLogger.Instance, _ => throw new FormatException("What?"));
        Assert.Equal(Ring.Own, listening.Wait(Long));

        _bell.TellAt(listening.Port, "one"u8);
        Assert.Equal(Ring.Own, listening.Wait(Long));
        _bell.RingAt(listening.Port, Ring.Coming);
        Assert.Equal(Ring.Coming, listening.Wait(Long));
    }

    [Fact]
    public void Should_ring_at_a_port_where_nobody_listens_and_after_its_own_end()
    {
        using var gone = new Doorbell(NullLogger.Instance);
        var port = gone.Port;
        gone.Dispose();

        _bell.RingAt(port, Ring.Look);
        gone.RingOwn();
        _bell.RingAt(_bell.Port, Ring.Coming);
        Assert.Equal(Ring.Coming, _bell.Wait(Long));
    }

    public void Dispose() => _bell.Dispose();
}
