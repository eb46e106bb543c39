using System.Text;
using System.Text.Json;

namespace Bus.Persistence.DeadLetters;

/// <summary>Finds in a body the fields that letters are searched by. Of a body that is no JSON, nothing. Thread-safe.</summary>
internal sealed class LetterFields
{
    public const int MostFields = 32;
    public const int MostValues = 20;
    // Two of these and an id are as long as SQL Server lets a key be.
    public const int Longest = 200;

    private readonly HashSet<string> _names;
    private readonly Node _root = new();

    public LetterFields(DeadLetterOptions options)
        : this(options.SearchFields.Select(NameOf))
    {
    }

    private LetterFields(IEnumerable<string> names)
    {
        _names = [.. names];
        foreach (var path in _names)
        {
            var node = _root;
            foreach (var step in path.Split('.'))
                node = node.Children.TryGetValue(step, out var known) ? known : node.Children[step] = new Node();
            node.Name = path;
        }
    }

    public bool IsEmpty => _names.Count == 0;

    /// <summary>As they stand in the table.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>As text, for another process.</summary>
    public string Text => string.Join(", ", _names.Order(StringComparer.Ordinal));

    /// <summary>Those of a text.</summary>
    public static LetterFields Parse(string text) => new(text.Split(", "));

    /// <summary>What is wrong with what is declared.</summary>
    public static IEnumerable<string> Errors(IReadOnlyList<string> fields)
    {
        const string setting = "`Bus:DeadLetters:SearchFields`";
        foreach (var path in fields.Where(path => path.Length > Longest || path.AsSpan().ContainsAny(':', ',') || path.Split('.').Any(string.IsNullOrWhiteSpace) || path.Any(char.IsControl)))
            yield return $"{setting} must name members of a message, as OrderId or Customer.Email, each with at most {Longest} characters and without colon and comma, but named '{path}'.";
        if (fields.Count > MostFields)
            yield return $"{setting} must name at most {MostFields} fields, but named {fields.Count}.";
    }

    /// <summary>A field as it stands in the table.</summary>
    /// <exception cref="DeadLetterException">Letters are not searched by it.</exception>
    public DeadLetterField Require(DeadLetterField field)
    {
        var name = NameOf(field.Name);
        if (!_names.Contains(name))
        {
            var known = IsEmpty ? "none is declared in this process" : $"declared are {Text}";
            throw new DeadLetterException($"Letters are not searched by '{field.Name}': {known}. Declare it in `Bus:DeadLetters:SearchFields` or by `letters.SearchField(…)` in `bus.AddDeadLetters`.");
        }

        if (field.Value is not { Length: <= Longest } || field.Value.Contains('\0', StringComparison.Ordinal))
            throw new DeadLetterException($"A value to search `{field.Name}` by has at most {Longest} characters, none of them null: longer ones are not kept.");
        return new DeadLetterField(name, field.Value);
    }

    /// <summary>The fields of a message, in its envelope or by itself, or of the arguments of a job; each value once.</summary>
    public IReadOnlyList<DeadLetterField> Of(ReadOnlySpan<byte> body, bool isJob)
    {
        if (IsEmpty)
            return [];
        // Some producers write it; the reader takes none.
        if (body.StartsWith(Encoding.UTF8.Preamble))
            body = body[Encoding.UTF8.Preamble.Length..];
        try
        {
            var found = new HashSet<DeadLetterField>();
            var json = new Utf8JsonReader(body[(isJob ? 0 : MessageAt(new Utf8JsonReader(body)))..]);
            if (json.Read() && json.TokenType == JsonTokenType.StartObject)
                ReadObject(ref json, _root, found);
            return [.. found];
        }
        // The second: text that is no UTF-8, or half a surrogate pair.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    // Where the message begins: MassTransit's envelope is known by two of its members, in whatever order.
    private static int MessageAt(Utf8JsonReader json)
    {
        var (message, hasTypes) = (0, false);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            if (string.Equals(name, "message", StringComparison.OrdinalIgnoreCase))
                message = (int)json.TokenStartIndex;
            hasTypes |= string.Equals(name, "messageType", StringComparison.OrdinalIgnoreCase) && json.TokenType == JsonTokenType.StartArray;
            json.Skip();
        }

        return hasTypes ? message : 0;
    }

    private static void ReadObject(ref Utf8JsonReader json, Node node, HashSet<DeadLetterField> found)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var child = node.Children.GetValueOrDefault(json.GetString()!);
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject && child is { Children.Count: > 0 })
                ReadObject(ref json, child, found);
            else if (child?.Name is { } name)
                ReadValues(ref json, name, found);
            else
                json.Skip();
        }
    }

    private static void ReadValues(ref Utf8JsonReader json, string name, HashSet<DeadLetterField> found)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            Add(json, name, found);
            json.Skip();
            return;
        }

        for (var count = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; count++)
        {
            if (count < MostValues)
                Add(json, name, found);
            json.Skip();
        }
    }

    private static void Add(in Utf8JsonReader json, string name, HashSet<DeadLetterField> found)
    {
        var text = json.TokenType switch
        {
            JsonTokenType.String => json.GetString(),
            JsonTokenType.Number => Encoding.UTF8.GetString(json.ValueSpan),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            _ => null,
        };
        // PostgreSQL stores no null character.
        // A member may stand in an object as often as somebody likes.
        if (text is { Length: <= Longest } && !text.Contains('\0', StringComparison.Ordinal) && found.Count(field => field.Name == name) < MostValues)
            found.Add(new DeadLetterField(name, text));
    }

    private static string NameOf(string path) => path.ToLowerInvariant();

    private sealed class Node
    {
        public string? Name { get; set; }

        public Dictionary<string, Node> Children { get; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
