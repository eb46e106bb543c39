using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>What the suites of fulfilment share: a process, a carrier, a folder.</summary>
public abstract class FulfilmentTests : DatabaseContract, IAsyncLifetime
{
    protected TemporaryFolder Folder { get; } = new();

    protected CarrierServer Carrier { get; private set; } = null!;

    protected FulfilmentService Service { get; private set; } = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Carrier = await CarrierServer.StartAsync();
        Service = await StartAsync();
    }

    /// <summary>Another process on the same database and folder.</summary>
    protected Task<FulfilmentService> StartAsync() => FulfilmentService.StartAsync(Database, Folder, Carrier.Url);

    public override async ValueTask DisposeAsync()
    {
        if (Service is not null)
            await Service.DisposeAsync();
        if (Carrier is not null)
            await Carrier.DisposeAsync();
        Folder.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
