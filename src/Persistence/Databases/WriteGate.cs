using System.Runtime.CompilerServices;
using Bus.Core.Turns;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Databases;

/// <summary>
/// Lets the writers of a one-writer database in one by one, in the order in which they came. SQLite itself would let them fight, sleeping between tries,
/// and the unlucky wait seconds. It orders only this process; between processes the file lock decides. Thread-safe.
/// </summary>
/// <param name="turns">Null where writers do not wait for each other.</param>
/// <param name="log">Told of those who keep others waiting.</param>
internal sealed partial class WriteGate(WriteTurns? turns, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public ValueTask<WriteTurn> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string writer = "") =>
        turns?.EnterAsync(writer, Patience, holder => LogImpatient(log, writer, Patience.TotalSeconds, holder), cancellationToken) ?? ValueTask.FromResult(WriteTurn.None);

    /// <summary>For <c>SaveChanges()</c>.</summary>
    public WriteTurn Enter([CallerMemberName] string writer = "") =>
        turns?.Enter(writer, Patience, holder => LogImpatient(log, writer, Patience.TotalSeconds, holder)) ?? WriteTurn.None;

    /// <summary>Waits with the thread, but not for long: without a turn the file lock decides.</summary>
    public WriteTurn TryEnter(TimeSpan patience, [CallerMemberName] string writer = "") => turns?.TryEnter(writer, patience) ?? WriteTurn.None;

    [LoggerMessage(3, LogLevel.Warning, "{Writer} has waited for its turn to write, which {Holder} has kept for {Seconds} s; the turn is passed on, and the file lock decides: keep transactions short")]
    private static partial void LogImpatient(ILogger logger, string writer, double seconds, string holder);
}
