using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bus.Host.Schema;

/// <summary>
/// Brings a database to the schema of this program with the scripts of <c>deploy/migrations</c>. Everything happens in one transaction under a lock:
/// of several processes that start at once, one applies and the others find it done; a script that fails leaves nothing.
/// </summary>
internal sealed partial class SchemaMigrator(IServiceScopeFactory scopes, TimeProvider clock, ILogger<SchemaMigrator> logger)
{
    /// <summary>Applies what is missing and returns the names of the scripts that were applied.</summary>
    /// <exception cref="SchemaException">The store is newer than this program, or was made by other scripts.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<HostDbContext>();
        var dialect = SchemaDialect.Of(context);
        await context.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var session = new Session(context.Database.GetDbConnection(), transaction.GetDbTransaction());
        if (dialect.Lock is { } hold)
        {
            await session.ExecuteAsync(hold, cancellationToken);
        }

        await session.ExecuteAsync(dialect.CreateTable, cancellationToken);
        var missing = Missing(SchemaScript.Of(dialect.Database), await session.ReadAsync(cancellationToken));
        foreach (var script in missing)
        {
            await ApplyAsync(session, script, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return [.. missing.Select(x => x.Name)];
    }

    /// <summary>Returns if nothing is missing.</summary>
    /// <exception cref="SchemaException">The schema is older or newer than this program's.</exception>
    public async Task RequireCurrentAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<HostDbContext>();
        await context.Database.OpenConnectionAsync(cancellationToken);
        IReadOnlyList<SchemaScript> missing;
        try
        {
            missing = Missing(
                SchemaScript.Of(SchemaDialect.Of(context).Database), await new Session(context.Database.GetDbConnection(), null).ReadAsync(cancellationToken));
        }
        catch (DbException error)
        {
            throw new SchemaException($"The database has no Bus schema yet ({error.Message}). Run the command `migrate` first, or set `Bus:Migrate` to AtStart.");
        }

        if (missing.Count > 0)
        {
            throw new SchemaException(
                $"The database's schema lacks {string.Join(", ", missing.Select(x => x.Name))}. Run the command `migrate` first, or set `Bus:Migrate` to AtStart.");
        }
    }

    /// <summary>The scripts that the store lacks. Pure.</summary>
    /// <exception cref="SchemaException">The store is newer than the scripts, or was made by other scripts.</exception>
    internal static IReadOnlyList<SchemaScript> Missing(IReadOnlyList<SchemaScript> scripts, IReadOnlyDictionary<int, string> applied)
    {
        var newest = scripts.Count == 0 ? 0 : scripts[^1].Version;
        if (applied.Keys.Append(0).Max() is var store && store > newest)
        {
            throw new SchemaException($"The database's schema has version {store}, and this program knows versions up to {newest}. Start a newer program, or use another database.");
        }

        if (scripts.FirstOrDefault(x => applied.TryGetValue(x.Version, out var checksum) && checksum != x.Checksum) is { } changed)
        {
            throw new SchemaException(
                $"The database was made by another {changed.Name} than this program carries. A script that was released never changes: use a new database, or the program that made this one.");
        }

        return [.. scripts.Where(x => !applied.ContainsKey(x.Version))];
    }

    private async Task ApplyAsync(Session session, SchemaScript script, CancellationToken cancellationToken)
    {
        foreach (var batch in script.Batches)
        {
            await session.ExecuteAsync(batch, cancellationToken);
        }

        await session.ExecuteAsync(
            SchemaDialect.Insert,
            cancellationToken,
            ("@version", script.Version),
            ("@applied_at", clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ("@checksum", script.Checksum));
        Applied(script.Name);
    }

    [LoggerMessage(1, LogLevel.Information, "Applied the schema script {Script}")]
    private partial void Applied(string script);

    private sealed class Session(DbConnection connection, DbTransaction? transaction)
    {
        public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object Value)[] values)
        {
            await using var command = Command(sql);
            foreach (var (name, value) in values)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async Task<IReadOnlyDictionary<int, string>> ReadAsync(CancellationToken cancellationToken)
        {
            var applied = new Dictionary<int, string>();
            await using var command = Command(SchemaDialect.Read);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                applied[rows.GetInt32(0)] = rows.GetString(1);
            }

            return applied;
        }

        private DbCommand Command(string sql)
        {
            var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = (sql, transaction);
            return command;
        }
    }
}
