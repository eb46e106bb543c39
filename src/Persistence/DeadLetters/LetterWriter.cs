using System.Data.Common;
using Bus.Persistence.Databases;

namespace Bus.Persistence.DeadLetters;

/// <summary>Adds letters in the transaction that is open, each source once, and notes that their groups were seen.</summary>
internal static class LetterWriter
{
    public static async Task AddAsync(StoreDialect dialect, DbConnection connection, DbTransaction? transaction, IEnumerable<NewLetter> letters, CancellationToken cancellationToken)
    {
        List<NewLetter> added = [];
        // Every process in one order, and the groups last: two that meet wait for each other one way only.
        foreach (var letter in letters.OrderBy(letter => letter.SourceKey, StringComparer.Ordinal))
        {
            var id = letter.Id ?? dialect.NewKey();
            var apart = $"{letter.SourceKey}-{Guid.NewGuid():N}";
            if (await InsertAsync(letter, id, letter.SourceKey)
                || (letter.IsSurelyNew && await InsertAsync(letter, id, apart))
                || (letter.MayComeAnew && await ExecuteAsync(dialect.Statements.DeadLetterRelease, [letter.SourceKey, apart, id]) == 1 && await InsertAsync(letter, id, letter.SourceKey)))
                added.Add(letter);
        }

        foreach (var letter in added.DistinctBy(letter => letter.Group.Id).OrderBy(letter => letter.Group.Id))
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
}
