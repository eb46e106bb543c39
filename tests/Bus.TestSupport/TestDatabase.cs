using Microsoft.EntityFrameworkCore;

namespace Bus.TestSupport;

/// <summary>An empty database for one test, whatever its kind.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>The file that holds the queues too; null where they are elsewhere.</summary>
    public virtual string? SharedFile => null;

    /// <summary>What <c>AddBus</c> reads to use it, where the queues are elsewhere.</summary>
    public abstract IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>Makes a context use it.</summary>
    public abstract void Configure(DbContextOptionsBuilder options);

    public abstract ValueTask DisposeAsync();

    public static Task<TestDatabase> SqliteAsync() => Task.FromResult<TestDatabase>(new Sqlite());

    /// <summary>One file for the queues and the service. With a pool, connections outlive their contexts.</summary>
    public static Task<TestDatabase> OneFileAsync(bool pooling = true) => Task.FromResult<TestDatabase>(new OneFile(pooling));

    public static async Task<TestDatabase> PostgresAsync() => new Postgres(await TestPostgres.CreateDatabaseAsync());

    private sealed class Sqlite : TestDatabase
    {
        private readonly TemporaryFolder _folder = new();

        public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["ConnectionStrings:Bus"] = Connection };

        private string Connection => $"Data Source={_folder["test.db"]};Pooling=False";

        public override void Configure(DbContextOptionsBuilder options) => options.UseSqlite(Connection);

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OneFile(bool pooling) : TestDatabase
    {
        private readonly TemporaryFolder _folder = new();

        public override string SharedFile => _folder["service.db"];

        public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["ConnectionStrings:Bus"] = $"Data Source={SharedFile};Pooling={pooling}", ["Bus:Sqlite:OneFile"] = "true" };

        public override void Configure(DbContextOptionsBuilder options) => options.UseSqlite($"Data Source={SharedFile};Pooling={pooling}");

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Postgres(TestPostgres database) : TestDatabase
    {
        public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["Bus:Database"] = "PostgreSql", ["ConnectionStrings:Bus"] = database.ConnectionString };

        public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(database.ConnectionString);

        public override ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
