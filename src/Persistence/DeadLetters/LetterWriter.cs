using System.Data.Common;
using System.Text.Json;
using Bus.Persistence.Databases;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.DeadLetters;

/// <summary>Adds letters in the transaction that is open, each source once, and notes that their groups were seen.</summary>
internal static class LetterWriter
{
    public static async Task AddAsync(StoreDialect dialect, DbConnection connection, DbTransaction? transaction, IEnumerable<NewLetter> letters, CancellationToken cancellationToken)
    {
        List<(Guid Id, NewLetter Letter)> added = [];
        // Every process in one order, and the groups last: two that meet wait for each other one way only.
        foreach (var letter in letters.OrderBy(letter => letter.SourceKey, StringComparer.Ordinal))
        {
            var id = letter.Id ?? dialect.NewKey();
            var apart = $"{letter.SourceKey}-{Guid.NewGuid():N}";
            if (await InsertAsync(letter, id, letter.SourceKey)
                || (letter.IsSurelyNew && await InsertAsync(letter, id, apart))
                || (letter.MayComeAnew && await ExecuteAsync(dialect.Statements.DeadLetterRelease, [letter.SourceKey, apart, id]) == 1 && await InsertAsync(letter, id, letter.SourceKey)))
                added.Add((id, letter));
        }

        if (FieldsOf(added.SelectMany(one => one.Letter.Fields, (one, field) => (one.Id, field))) is { } fields)
            await ExecuteAsync(dialect.Statements.DeadLetterFieldAdd, [fields]);
        foreach (var letter in added.Select(one => one.Letter).DistinctBy(letter => letter.Group.Id).OrderBy(letter => letter.Group.Id))
            await ExecuteAsync(dialect.Statements.DeadLetterGroupSee, letter.GroupValues());

        async Task<bool> InsertAsync(NewLetter letter, Guid id, string key) => await ExecuteAsync(dialect.Statements.DeadLetterAdd, letter.Values(id, key)) == 1;

        async Task<int> ExecuteAsync(string sql, object[] values)
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = (sql, transaction);
            command.Parameters.AddRange(dialect.Parameters(values));
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Adds fields, in the transaction of the context.</summary>
    /// <param name="dialect">Of the database.</param>
    /// <param name="db">The context.</param>
    /// <param name="fields">As <see cref="FieldsOf"/> makes them.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    public static Task AddFieldsAsync(StoreDialect dialect, DbContext db, string fields, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlRawAsync(dialect.Statements.DeadLetterFieldAdd, dialect.Parameters(fields), cancellationToken);

    /// <summary>What <see cref="StoreStatements.DeadLetterFieldAdd"/> takes; null for no fields.</summary>
    public static string? FieldsOf(IEnumerable<(Guid Letter, DeadLetterField Field)> fields)
    {
        var rows = fields.Select(one => new { n = one.Field.Name, v = one.Field.Value, l = one.Letter.ToString("D").ToUpperInvariant() }).ToList();
        return rows.Count > 0 ? JsonSerializer.Serialize(rows) : null;
    }
}
