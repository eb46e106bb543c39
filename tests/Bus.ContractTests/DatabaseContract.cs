using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests;

/// <summary>A suite that runs on every kind of database: each test gets an empty one.</summary>
public abstract class DatabaseContract : IAsyncLifetime
{
    protected TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<TestDatabase> CreateAsync();
}
