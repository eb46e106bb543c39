using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Serialization;
using System.Text.Json;

namespace Bus.Core.Recoverability;

/// <summary>
/// What is known about the exceptions of .NET itself.
/// Transient: time-outs, sockets, HTTP 408, 429, 5xx and requests without an answer, database errors that say so, <see cref="IRetryAfter"/> exceptions of ours.
/// Permanent: other HTTP 4xx, 501 and 505; arguments, formats, casts, JSON and serialisation, what is not supported or not implemented: the same message gives the
/// same error again. Outage: the database does not answer, shuts down, starts up, or takes no more connections.
/// Deliberately not listed: <see cref="InvalidOperationException"/>, <see cref="NullReferenceException"/>, <see cref="IOException"/>: bugs and bad
/// input, but as often a race that is gone the next time.
/// </summary>
internal static class BuiltInErrors
{
    public static ErrorClassifier AddTo(ErrorClassifier classifier) => classifier
        .With<TimeoutException>(ErrorClass.Transient)
        .With<SocketException>(ErrorClass.Transient)
        .With<RetryAfterException>(ErrorClass.Transient)
        .With<HttpRequestException>(OfHttp)
        .With<DbException>(OfDatabase)
        .With<ArgumentException>(ErrorClass.Permanent)
        .With<FormatException>(ErrorClass.Permanent)
        .With<InvalidCastException>(ErrorClass.Permanent)
        .With<JsonException>(ErrorClass.Permanent)
        .With<SerializationException>(ErrorClass.Permanent)
        .With<NotSupportedException>(ErrorClass.Permanent)
        .With<NotImplementedException>(ErrorClass.Permanent);

    private static ErrorClass OfHttp(HttpRequestException error) => error.StatusCode switch
    {
        null => ErrorClass.Transient,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => ErrorClass.Transient,
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => ErrorClass.Permanent,
        >= HttpStatusCode.InternalServerError => ErrorClass.Transient,
        >= HttpStatusCode.BadRequest => ErrorClass.Permanent,
        _ => ErrorClass.Unknown,
    };

    private static ErrorClass OfDatabase(DbException error)
    {
        if (IsOutage(error.SqlState) || (error.SqlState is null && error.InnerException is SocketException or IOException))
        {
            return ErrorClass.Outage;
        }

        return error.IsTransient ? ErrorClass.Transient : ErrorClass.Unknown;
    }

    // SQLSTATE class 08 is "connection exception"; 57P01-57P03 are PostgreSQL shutting down, crashed, starting; 53300 is "too many connections".
    private static bool IsOutage(string? state) =>
        state is "57P01" or "57P02" or "57P03" or "53300" || state?.StartsWith("08", StringComparison.Ordinal) == true;
}
