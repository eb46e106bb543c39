using System.Buffers;
using System.Text;

namespace Bus.Services.Reports.Files;

/// <summary>Writes lines of comma-separated values (RFC 4180) in UTF-8. Not thread-safe.</summary>
internal sealed class CsvWriter(Stream target)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    private readonly StringBuilder _line = new();

    /// <summary>How many lines it has written.</summary>
    public long Lines { get; private set; }

    public async ValueTask WriteAsync(IReadOnlyList<string?> fields)
    {
        _line.Clear();
        for (var index = 0; index < fields.Count; index++)
            Append(index == 0 ? "" : ",", fields[index] ?? "");
        _line.Append("\r\n");
        await target.WriteAsync(Encoding.UTF8.GetBytes(_line.ToString()));
        Lines++;
    }

    private void Append(string separator, string field)
    {
        _line.Append(separator);
        // A spreadsheet runs what looks like a formula, and a name of a file is its uploader's: https://owasp.org/www-community/attacks/CSV_Injection
        var text = field is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{field}" : field;
        if (text.AsSpan().ContainsAny(Special))
            _line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else
            _line.Append(text);
    }
}
