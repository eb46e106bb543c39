using System.Linq.Expressions;
using System.Text.Json;

namespace Bus.Persistence.DeadLetters;

/// <summary>Turns what is asked for into what the database is asked.</summary>
internal static class LetterQueries
{
    /// <summary>Not the bodies and headers, which may be long.</summary>
    public static readonly Expression<Func<DeadLetterRow, DeadLetterRow>> Shown = row => new DeadLetterRow
    {
        Id = row.Id,
        Kind = row.Kind,
        State = row.State,
        Queue = row.Queue,
        MessageId = row.MessageId,
        CorrelationId = row.CorrelationId,
        MessageType = row.MessageType,
        ContentType = row.ContentType,
        Reason = row.Reason,
        ExceptionType = row.ExceptionType,
        ExceptionMessage = row.ExceptionMessage,
        Stack = row.Stack,
        Attempts = row.Attempts,
        Redeliveries = row.Redeliveries,
        Host = row.Host,
        FailedAt = row.FailedAt,
        StoredAt = row.StoredAt,
        GroupId = row.GroupId,
        ReplayOf = row.ReplayOf,
        Replays = row.Replays,
        ClosedAt = row.ClosedAt,
        Note = row.Note,
    };

    public static IQueryable<DeadLetterRow> That(this IQueryable<DeadLetterRow> letters, DeadLetterQuery query)
    {
        if (query.Kind is { } kind)
            letters = letters.Where(row => row.Kind == (int)kind);
        if (query.State is { } state)
            letters = letters.Where(row => row.State == (int)state);
        if (query.Queue is { } queue)
            letters = letters.Where(row => row.Queue == queue);
        if (query.MessageType is { } type)
            letters = letters.Where(row => row.MessageType!.Contains(type));
        if (query.MessageId is { } message)
            letters = letters.Where(row => row.MessageId == message);
        if (query.CorrelationId is { } correlation)
            letters = letters.Where(row => row.CorrelationId == correlation);
        if (query.Reason is { } reason)
            letters = letters.Where(row => row.Reason == reason);
        if (query.Exception is { } exception)
            letters = letters.Where(row => row.ExceptionType!.Contains(exception) || row.ExceptionMessage!.Contains(exception));
        if (query.Group is { } group)
            letters = letters.Where(row => row.GroupId == group);
        if (query.From?.ToUnixTimeMilliseconds() is { } from)
            letters = letters.Where(row => row.StoredAt >= from);
        if (query.To?.ToUnixTimeMilliseconds() is { } to)
            letters = letters.Where(row => row.StoredAt < to);
        return letters;
    }

    /// <summary>Those that are asked for, in the order of their ids: along the index of the field where one is given, or of all letters.</summary>
    /// <param name="letters">Of the state and time that matter.</param>
    /// <param name="fields">All.</param>
    /// <param name="query">What is asked for; its field as it stands in the table.</param>
    /// <param name="from">Behind which they begin; null for all.</param>
    /// <param name="newestFirst">Which way.</param>
    public static IQueryable<DeadLetterRow> InOrder(this IQueryable<DeadLetterRow> letters, IQueryable<DeadLetterFieldRow> fields, DeadLetterQuery query, Guid? from, bool newestFirst)
    {
        letters = letters.That(query);
        if (query.Field is not { } field)
        {
            if (from is { } last)
                letters = newestFirst ? letters.Where(row => row.Id.CompareTo(last) < 0) : letters.Where(row => row.Id.CompareTo(last) > 0);
            return newestFirst ? letters.OrderByDescending(row => row.Id) : letters.OrderBy(row => row.Id);
        }

        fields = fields.Where(row => row.Name == field.Name && row.Value == field.Value);
        if (from is { } behind)
            fields = newestFirst ? fields.Where(row => row.LetterId.CompareTo(behind) < 0) : fields.Where(row => row.LetterId.CompareTo(behind) > 0);
        // By the id that stands in the index: by that of the letter, SQLite would sort them all.
        var found = fields.Join(letters, row => row.LetterId, row => row.Id, (row, letter) => new { row.LetterId, Letter = letter });
        return (newestFirst ? found.OrderByDescending(one => one.LetterId) : found.OrderBy(one => one.LetterId)).Select(one => one.Letter);
    }

    /// <exception cref="DeadLetterException">The query cannot be answered.</exception>
    public static void Require(DeadLetterQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Take is < 1 or > 1_000)
            throw new DeadLetterException($"`Take` must be between 1 and 1,000, but is {query.Take}.");
        if (new[] { query.Queue, query.MessageType, query.MessageId, query.CorrelationId, query.Reason, query.Exception }.Any(text => text?.Contains('\0', StringComparison.Ordinal) == true))
            throw new DeadLetterException("No text that is stored has a null character in it: leave it out of the query.");
    }

    /// <exception cref="DeadLetterException">The query does not say of each letter whether it is asked for.</exception>
    public static void RequireForMany(DeadLetterQuery query)
    {
        Require(query);
        if (query.Text is not null || query.Before is not null)
            throw new DeadLetterException("`Text` and `Before` are for looking at letters page by page: leave them out of what counts, replays or discards many, or name the letters by their group or a field.");
    }

    public static DeadLetterSummary Summary(DeadLetterRow row) => new()
    {
        Id = row.Id,
        Kind = (DeadLetterKind)row.Kind,
        State = (DeadLetterState)row.State,
        Queue = row.Queue,
        MessageId = row.MessageId,
        CorrelationId = row.CorrelationId,
        MessageType = row.MessageType,
        ContentType = row.ContentType,
        Reason = row.Reason,
        ExceptionType = row.ExceptionType,
        ExceptionMessage = row.ExceptionMessage,
        Stack = row.Stack,
        Attempts = row.Attempts,
        Redeliveries = row.Redeliveries,
        Host = row.Host,
        FailedAt = Instant(row.FailedAt),
        StoredAt = Instant(row.StoredAt)!.Value,
        GroupId = row.GroupId,
        ReplayOf = row.ReplayOf,
        Replays = row.Replays,
        ClosedAt = Instant(row.ClosedAt),
        Note = row.Note,
    };

    public static DeadLetterOperation Operation(DeadLetterReplayRow row) => new()
    {
        Id = row.Id,
        Action = (DeadLetterAction)row.Action,
        State = (DeadLetterOperationState)row.State,
        Query = JsonSerializer.Deserialize<DeadLetterQuery>(row.Query)!,
        Pace = new DeadLetterPace { Canary = row.Canary, PerSecond = row.PerSecond },
        Queue = row.Queue,
        Reason = row.Reason,
        Matched = row.Matched,
        Succeeded = row.Succeeded,
        Failed = row.Failed,
        Refused = row.Refused,
        Error = row.Error,
        CreatedAt = Instant(row.CreatedAt)!.Value,
        EndedAt = Instant(row.EndedAt),
    };

    public static DateTimeOffset? Instant(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
