using System.Data.Common;
using Bus.Persistence.Databases;
using Bus.Persistence.Jobs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Bus.UnitTests.Persistence.Databases;

public sealed class When_a_session_is_kept_to_write_with : IAsyncDisposable
{
    private const string Insert = "INSERT INTO thing (id, name) VALUES (@p0, @p1)";

    private static readonly SqliteDialect Dialect = new(new StoreTables("bus_inbox", "bus_outbox", "bus_outbox_ordered", "bus_timer", "bus_schedule", new JobTables("bus_job", "bus_job_run", "bus_job_line", "bus_job_step", "bus_job_log", "bus_job_pause", "bus_job_limit", "bus_lease", "bus_job_stat", "bus_job_batch"), "bus_lease", "bus_inbox"));

    private readonly SqliteConnection _store = new($"Data Source={Guid.NewGuid():N};Mode=Memory;Cache=Shared");
    private readonly List<DbConnection> _opened = [];
    private readonly KeptSession _sessions;

    public When_a_session_is_kept_to_write_with()
    {
        _store.Open();
        using var create = _store.CreateCommand();
        create.CommandText = "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)";
        create.ExecuteNonQuery();
        _sessions = new KeptSession(OpenAsync);
    }

    [Fact]
    public async Task Should_stay_open_after_a_commit_with_what_it_has_compiled()
    {
        HashSet<DbCommand> commands = [];
        for (var number = 0; number < 3; number++)
        {
            await using var session = await _sessions.OpenAsync(CancellationToken.None);
            await using var transaction = await session.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var rows = new RowStatement(session.Connection, transaction, Insert, Dialect);
            var command = rows.With(number, $"thing {number}");
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            commands.Add(command);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
            session.Keep();
        }

        Assert.Single(_opened);
        Assert.Single(commands);
        Assert.Equal(["thing 0", "thing 1", "thing 2"], Names());
    }

    [Fact]
    public async Task Should_be_closed_when_nothing_says_that_it_was_committed()
    {
        await using (var session = await _sessions.OpenAsync(CancellationToken.None))
        {
            await using var transaction = await session.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var batch = session.Batch(transaction);
            batch.AddRow(Insert, Dialect, 1, "lost");
            batch.AddRow(Insert, Dialect, 1, "twice");
            await Assert.ThrowsAsync<SqliteException>(() => batch.ExecuteAsync(CancellationToken.None));
        }

        // A pool may give the connection to others.
        Assert.Equal(System.Data.ConnectionState.Closed, Assert.Single(_opened).State);
        Assert.Null(KeptStatements.Of(_opened[0]));
        await using (var next = await _sessions.OpenAsync(CancellationToken.None))
        {
            await using var batch = next.Batch();
            batch.AddRow(Insert, Dialect, 1, "kept");
            await batch.ExecuteAsync(CancellationToken.None);
        }

        Assert.Equal(2, _opened.Count);
        Assert.Equal(["kept"], Names());
    }

    [Fact]
    public async Task Should_not_hold_what_is_long()
    {
        HashSet<DbCommand> commands = [];
        foreach (var (number, name) in new[] { "short", new string('a', 70_000), "short again" }.Index())
        {
            await using var session = await _sessions.OpenAsync(CancellationToken.None);
            await using var rows = new RowStatement(session.Connection, null, Insert, Dialect);
            var command = rows.With(number, name);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            commands.Add(command);
            session.Keep();
        }

        Assert.Equal((1, 2), (_opened.Count, commands.Count));
        Assert.Equal(3, Names().Count);
    }

    [Fact]
    public async Task Should_be_one_for_each_who_writes_at_the_same_time_and_none_when_it_is_over()
    {
        await using (var one = await _sessions.OpenAsync(CancellationToken.None))
        await using (var other = await _sessions.OpenAsync(CancellationToken.None))
        {
            Assert.NotSame(one.Connection, other.Connection);
            one.Keep();
            other.Keep();
        }

        var kept = Assert.Single(_opened, connection => connection.State == System.Data.ConnectionState.Open);
        Assert.All(_opened, connection => Assert.Equal(connection == kept, KeptStatements.Of(connection) is not null));
        var late = await _sessions.OpenAsync(CancellationToken.None);
        await _sessions.DisposeAsync();
        late.Keep();
        await late.DisposeAsync();
        Assert.All(_opened, connection => Assert.Equal(System.Data.ConnectionState.Closed, connection.State));
    }

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task<StoreSession> OpenAsync(CancellationToken cancellationToken)
    {
        var services = new ServiceCollection().AddDbContext<DbContext>(options => options.UseSqlite(_store.ConnectionString)).BuildServiceProvider();
        var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<DbContext>();
        await context.Database.OpenConnectionAsync(cancellationToken);
        _opened.Add(context.Database.GetDbConnection());
        return new StoreSession(scope, context, Dialect, new WriteGate(null, NullLogger.Instance), 30);
    }

    private List<string> Names()
    {
        using var command = _store.CreateCommand();
        command.CommandText = "SELECT name FROM thing ORDER BY id";
        using var reader = command.ExecuteReader();
        List<string> names = [];
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }
}
