using System.Data.Common;
using System.Globalization;
using Bus.Persistence.DeadLetters;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Jobs.Store;

/// <summary>Keeps the dead letters of jobs, in the transactions that change the jobs. Where the service has no store of dead letters it does nothing. Thread-safe.</summary>
internal sealed class DeadJobs<TDbContext>(OutboxEngine<TDbContext> engine, IServiceProvider provider)
    where TDbContext : DbContext
{
    private readonly Lazy<LetterReplayer<TDbContext>?> _letters = new(provider.GetService<LetterReplayer<TDbContext>>);
    private readonly Lazy<LetterFields> _fields = new(provider.GetRequiredService<LetterFields>);

    /// <summary>Writes the letters of jobs that are dead now.</summary>
    public async Task BuryAsync(DbConnection connection, DbTransaction transaction, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        if (_letters.Value is null)
            return;
        List<NewLetter> letters = [];
        foreach (var id in ids)
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = (engine.Dialect.Jobs.Dead, transaction);
            command.Parameters.AddRange(engine.Dialect.Parameters(id));
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken))
                letters.Add(LetterOf(id, row));
        }

        if (letters.Count > 0)
            await LetterWriter.AddAsync(engine.Dialect, connection, transaction, letters, cancellationToken);
    }

    /// <inheritdoc cref="BuryAsync(DbConnection, DbTransaction, IEnumerable{Guid}, CancellationToken)"/>
    public Task BuryAsync(TDbContext db, Guid id, CancellationToken cancellationToken) =>
        BuryAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), [id], cancellationToken);

    /// <summary>The job runs again.</summary>
    public Task RaiseAsync(TDbContext db, Guid id, CancellationToken cancellationToken) => CloseAsync(db, id, LetterReplayer<TDbContext>.Replayed, null, cancellationToken);

    /// <summary>The jobs run again.</summary>
    public Task RaiseAsync(TDbContext db, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        if (_letters.Value is not { } letters)
            return Task.CompletedTask;
        string?[] jobs = [.. ids.Select(id => id.ToString("D"))];
        return letters.CloseAsync(db.Set<DeadLetterRow>().Where(row => row.Kind == NewLetter.Job && jobs.Contains(row.MessageId)), LetterReplayer<TDbContext>.Replayed, null, cancellationToken);
    }

    /// <summary>Somebody has decided that it does not run again.</summary>
    public Task DiscardAsync(TDbContext db, Guid id, string reason, CancellationToken cancellationToken) => CloseAsync(db, id, LetterReplayer<TDbContext>.Discarded, reason, cancellationToken);

    private Task CloseAsync(TDbContext db, Guid id, int state, string? note, CancellationToken cancellationToken)
    {
        if (_letters.Value is not { } letters)
            return Task.CompletedTask;
        var job = id.ToString("D");
        return letters.CloseAsync(db.Set<DeadLetterRow>().Where(row => row.Kind == NewLetter.Job && row.MessageId == job), state, note, cancellationToken);
    }

    // A job has an end for each claim at most.
    private NewLetter LetterOf(Guid id, DbDataReader row)
    {
        var cause = LetterCause.OfError("dead", row.IsDBNull(4) ? "" : row.GetString(4));
        cause = cause with { Attempts = row.GetInt32(3), Host = row.IsDBNull(6) ? null : row.GetString(6), FailedAt = row.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)) };
        var arguments = row.GetFieldValue<byte[]>(2);
        return new NewLetter(NewLetter.Job, row.GetString(1), arguments, cause, NewLetter.KeyOf("job", id.ToString("D"), row.GetInt64(5).ToString(CultureInfo.InvariantCulture)))
        {
            MessageId = id.ToString("D"),
            MessageType = row.GetString(0),
            ContentType = "application/json",
            Fields = _fields.Value.Of(arguments, isJob: true),
        };
    }
}
