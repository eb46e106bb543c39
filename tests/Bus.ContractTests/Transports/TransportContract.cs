using Bus.ContractTests.Transports.UnderTest;
using Xunit;

namespace Bus.ContractTests.Transports;

/// <summary>What every transport keeps. A test that asks for a feature is skipped where the table says that the transport lacks it.</summary>
public abstract class TransportContract<TTransport> : IAsyncLifetime
    where TTransport : TransportUnderTest, new()
{
    private readonly List<TestNode> _nodes = [];

    protected TTransport Transport { get; } = new();

    public async ValueTask InitializeAsync() => await Transport.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Transport.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected void Needs(TransportFeature feature) =>
        Assert.SkipUnless(Transport.Column.Has(feature), $"{Transport.Column.Name}: {Transport.Column.Cell(feature)}");

    /// <summary>Starts one more node on the same broker or file; it ends with the test.</summary>
    protected async Task<TestNode> StartAsync(Action<NodeSetup>? configure = null)
    {
        var setup = new NodeSetup();
        configure?.Invoke(setup);
        var node = await TestNode.StartAsync(Transport, setup);
        _nodes.Add(node);
        return node;
    }

    /// <summary>That nothing waits in the queue, where the transport tells.</summary>
    protected async Task AssertEmptyAsync(string queue) => Assert.Equal(0, await Transport.CountAsync(queue) ?? 0);
}
