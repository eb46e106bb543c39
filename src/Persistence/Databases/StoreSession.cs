using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Persistence.Databases;

/// <summary>An open connection for the outbox's own statements. Not thread-safe.</summary>
internal sealed class StoreSession(AsyncServiceScope scope, DbContext context, StoreDialect dialect, WriteGate gate, int timeoutSeconds) : IAsyncDisposable, IDisposable
{
    private bool _stays;

    public DbConnection Connection { get; } = context.Database.GetDbConnection();

    public StoreDialect Dialect => dialect;

    public WriteGate Gate => gate;

    /// <summary>How long a statement may take.</summary>
    public int TimeoutSeconds => timeoutSeconds;

    /// <summary>Takes it back instead of its being closed, where it is kept; false when it is to be closed all the same.</summary>
    public Func<StoreSession, bool>? Return { get; set; }

    /// <summary>Its transaction has been committed: it may serve the next.</summary>
    public void Keep() => _stays = true;

    public StoreBatch Batch(DbTransaction? transaction = null) => new(Connection, transaction);

    /// <summary>Runs the work in a transaction of the context, which its statements join.</summary>
    public async Task InTransactionAsync<TDbContext>(Func<TDbContext, Task> work, CancellationToken cancellationToken)
        where TDbContext : DbContext => await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            await work((TDbContext)context);
            await transaction.CommitAsync(cancellationToken);
        });

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] values) =>
        QueryAsync(sql, null, read, cancellationToken, values);

    public async Task<List<T>> QueryAsync<T>(string sql, DbTransaction? transaction, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        command.Transaction = transaction;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stays && Return is not null)
        {
            _stays = false;
            if (Return(this))
                return;
        }

        KeptStatements.Forget(Connection);
        await context.Database.CloseConnectionAsync();
        await scope.DisposeAsync();
    }

    /// <summary>For the thread that must not wait for another.</summary>
    public void Dispose()
    {
        KeptStatements.Forget(Connection);
        context.Database.CloseConnection();
        scope.Dispose();
    }

    private DbCommand Command(string sql, object[] values)
    {
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = timeoutSeconds;
        command.Parameters.AddRange(dialect.Parameters(values));
        return command;
    }
}
