using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>A suite that runs in a shop on every kind of database.</summary>
public abstract class OrderContract : DatabaseContract, IAsyncLifetime
{
    protected OrderShop Shop { get; private set; } = null!;

    protected virtual (string Key, string Value)[] Settings => [];

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Shop = await OrderShop.StartAsync(Database, Settings);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Shop is not null)
            await Shop.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
