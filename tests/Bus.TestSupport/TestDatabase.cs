using Microsoft.EntityFrameworkCore;

namespace Bus.TestSupport;

/// <summary>An empty database for one test, whatever its kind.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>Makes a context use it.</summary>
    public abstract void Configure(DbContextOptionsBuilder options);

    public abstract ValueTask DisposeAsync();

    public static Task<TestDatabase> SqliteAsync() => Task.FromResult<TestDatabase>(new Sqlite());

    public static async Task<TestDatabase> PostgresAsync() => new Postgres(await TestPostgres.CreateDatabaseAsync());

    private sealed class Sqlite : TestDatabase
    {
        private readonly TemporaryFolder _folder = new();

        public override void Configure(DbContextOptionsBuilder options) => options.UseSqlite($"Data Source={_folder["test.db"]};Pooling=False");

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Postgres(TestPostgres database) : TestDatabase
    {
        public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(database.ConnectionString);

        public override ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
