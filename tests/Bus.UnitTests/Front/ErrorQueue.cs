using System.Threading.Channels;
using MassTransit;

namespace Bus.UnitTests.Front;

/// <summary>Reads an endpoint's <c>_error</c> or <c>_skipped</c> queue of the in-memory transport.</summary>
internal sealed class ErrorQueue(string endpoint, string suffix = "_error")
{
    private readonly Channel<Dictionary<string, string?>> _messages = Channel.CreateUnbounded<Dictionary<string, string?>>();
    private int _count;

    public int Count => _count;

    public void Add(BusBuilder bus) => bus.ConfigureInMemory((_, cfg) => cfg.ReceiveEndpoint(endpoint + suffix, queue =>
    {
        queue.ConfigureConsumeTopology = false;
        queue.ConfigureReceive(pipe => pipe.UseFilter(new Reader(this)));
    }));

    public async Task<Dictionary<string, string?>> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _messages.Reader.ReadAsync(limit.Token);
    }

    private sealed class Reader(ErrorQueue queue) : IFilter<ReceiveContext>
    {
        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            Interlocked.Increment(ref queue._count);
            await queue._messages.Writer.WriteAsync(context.TransportHeaders.GetAll().ToDictionary(header => header.Key, header => header.Value?.ToString()));
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("reader");
    }
}
