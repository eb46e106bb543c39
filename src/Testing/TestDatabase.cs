using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Testing;

/// <summary>A SQLite file that lives as long as the test's bus: only a file has the write lock and the log that the outbox is used to.</summary>
internal sealed class TestDatabase : IDisposable
{
    /// <summary>Where the file is, and what handlers write into their data folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("bus-test-").FullName;

    public string ConnectionString => new SqliteConnectionStringBuilder { DataSource = Path.Combine(Folder, "service.db") }.ConnectionString;

    public static async Task CreateTablesAsync(IServiceProvider services, Type contextType)
    {
        await using var scope = services.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(contextType);
        await context.Database.EnsureCreatedAsync();
    }

    public void Dispose()
    {
        SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));
        Directory.Delete(Folder, recursive: true);
    }
}
