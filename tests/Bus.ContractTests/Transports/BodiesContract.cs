using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class BodiesContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private const int TenMegabytes = 10 * 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(TenMegabytes)]
    public async Task Should_carry_bytes_of_any_number_there_and_to_the_error_queue(int length)
    {
        var body = new byte[length];
        new Random(length).NextBytes(body);
        var wire = new WireTap();
        var node = await StartAsync(setup => setup
            .Bus(bus => bus.ConnectReceiveObserver(wire))
            .Queue<Work>("work", _ => Task.CompletedTask)
            .Side<Work>("work_error", _ => Task.CompletedTask));

        // No deserializer knows it: so it comes to the error queue, and must be the same there.
        await node.SendAsync("work", new Work(1), context => context.Serializer = new RawBody(body, "application/octet-stream"));
        var received = await wire.Received.WaitAsync(2);

        Assert.Equal(["work", "work_error"], received.Take(2).Select(r => r.Queue));
        Assert.All(received.Take(2), r => Assert.True(body.AsSpan().SequenceEqual(r.Body), $"{r.Body.Length} bytes instead of {length}"));
    }

    [Fact]
    public async Task Should_carry_a_message_of_10_MB()
    {
        var text = new string('x', TenMegabytes);
        var seen = new Arrivals<string>();
        var node = await StartAsync(setup => setup.Queue<Work>("work", context =>
        {
            seen.Add(context.Message.Text);
            return Task.CompletedTask;
        }));

        await node.SendAsync("work", new Work(1, text));

        Assert.Equal(text, Assert.Single(await seen.WaitAsync(1)));
    }
}
