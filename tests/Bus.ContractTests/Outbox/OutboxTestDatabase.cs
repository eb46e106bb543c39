using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;

namespace Bus.ContractTests.Outbox;

/// <summary>An empty database for one test.</summary>
public abstract class OutboxTestDatabase : IAsyncDisposable
{
    public abstract void Configure(DbContextOptionsBuilder options);

    public abstract ValueTask DisposeAsync();

    public static Task<OutboxTestDatabase> SqliteAsync() => Task.FromResult<OutboxTestDatabase>(new Sqlite());

    public static async Task<OutboxTestDatabase> PostgresAsync() => new Postgres(await TestPostgres.CreateDatabaseAsync());

    private sealed class Sqlite : OutboxTestDatabase
    {
        private readonly TemporaryFolder _folder = new();

        public override void Configure(DbContextOptionsBuilder options) => options.UseSqlite($"Data Source={_folder["outbox.db"]};Pooling=False");

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Postgres(TestPostgres database) : OutboxTestDatabase
    {
        public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(database.ConnectionString);

        public override ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
