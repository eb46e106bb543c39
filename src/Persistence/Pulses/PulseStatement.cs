using System.Data.Common;

namespace Bus.Persistence.Pulses;

/// <summary>One statement of a pulse: it must be short, take no lock but for a moment, and answer with rows, even if with none.</summary>
/// <param name="Sql">The text.</param>
/// <param name="Values">Those of <c>@p0</c>, <c>@p1</c>, …</param>
/// <param name="Read">Reads the rows. What it returns is done once the answer stands, on the thread of the pulse: it must not wait for anything.</param>
/// <param name="Writes">Whether it changes something: such ones go first.</param>
internal sealed record PulseStatement(string Sql, object[] Values, Func<DbDataReader, Action> Read, bool Writes = false)
{
    /// <summary>Reads nothing but whether there is a row.</summary>
    public static PulseStatement Whether(string sql, object[] values, Action<bool> then, bool writes = false) => new(
        sql,
        values,
        row =>
        {
            var isThere = row.Read();
            // To the end: only then the statement is done.
            while (row.Read())
            {
            }

            return () => then(isThere);
        },
        writes);

    /// <summary>Reads all rows.</summary>
    public static PulseStatement Rows<T>(string sql, object[] values, Func<DbDataReader, T> read, Action<List<T>> then) => new(
        sql,
        values,
        row =>
        {
            List<T> rows = [];
            while (row.Read())
                rows.Add(read(row));
            return () => then(rows);
        });
}
