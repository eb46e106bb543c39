using System.Diagnostics;
using Bus.ContractTests.Transports;
using Bus.ContractTests.Transports.UnderTest;
using Bus.SqliteTransport;
using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Sending;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.ContractTests.Queues;

public sealed class When_the_headers_of_a_message_cannot_be_read : IAsyncLifetime
{
    private readonly SqliteUnderTest _transport = new();
    private QueueFile? _file;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync() => _file = await QueueFile.OpenAsync(new QueueFileOptions { Path = _transport.File }, NullLogger.Instance, None);

    public async ValueTask DisposeAsync()
    {
        await _file!.DisposeAsync();
        await _transport.DisposeAsync();
    }

    // A length past the end; a version of tomorrow; a kind of value of tomorrow.
    [Theory]
    [InlineData(false, 1, 255, 255, 255, 255, 255, 255)]
    [InlineData(false, 99, 1, 2, 3)]
    [InlineData(false, 1, 1, 250)]
    [InlineData(true, 1, 255, 255, 255, 255, 255, 255)]
    [InlineData(true, 99, 1, 2, 3)]
    [InlineData(true, 1, 1, 250)]
    public async Task Should_set_it_aside_and_hold_up_no_other(bool traced, params int[] headers)
    {
        // Traces look at the headers before anything else does.
        using var listener = new ActivityListener { ShouldListenTo = _ => traced, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        var seen = new Arrivals<int>();
        await using var node = await TestNode.StartAsync(_transport, new NodeSetup().Queue<Work>(
            "work",
            context =>
            {
                seen.Add(context.Message.Number);
                return Task.CompletedTask;
            },
            endpoint => (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (1, 1)));

        foreach (var body in (byte[])[1, 2, 3])
            await _file!.SendAsync("work", new OutgoingMessage { Body = [body], Headers = Array.ConvertAll(headers, value => (byte)value) }, None);
        await node.SendAsync("work", new Work(7));

        Assert.Equal([7], await seen.WaitAsync(1));
        var errors = new TestConsumer(_file!, "work_error");
        foreach (var body in (byte[])[1, 2, 3])
        {
            var error = await errors.NextAsync();
            Assert.Equal([body], error.Body);
            Assert.True(new HeaderBlock(error.Headers).TryGetHeader(MessageHeaders.FaultMessage, out var reason));
            Assert.NotEqual("", reason);
        }
    }
}
