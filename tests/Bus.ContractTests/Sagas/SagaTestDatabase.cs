using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;

namespace Bus.ContractTests.Sagas;

/// <summary>An empty database for one test.</summary>
public abstract class SagaTestDatabase : IAsyncDisposable
{
    public abstract void Configure(DbContextOptionsBuilder options);

    public abstract ValueTask DisposeAsync();

    public static Task<SagaTestDatabase> SqliteAsync() => Task.FromResult<SagaTestDatabase>(new Sqlite());

    public static async Task<SagaTestDatabase> PostgresAsync() => new Postgres(await TestPostgres.CreateDatabaseAsync());

    private sealed class Sqlite : SagaTestDatabase
    {
        private readonly TemporaryFolder _folder = new();

        public override void Configure(DbContextOptionsBuilder options) => options.UseSqlite($"Data Source={_folder["sagas.db"]};Pooling=False");

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Postgres(TestPostgres database) : SagaTestDatabase
    {
        public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(database.ConnectionString);

        public override ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
