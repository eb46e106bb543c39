using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Databases;

/// <summary>
/// Lets the writers of a one-writer database in one by one, in the order in which they came. SQLite itself would let them fight, sleeping between tries,
/// and the unlucky wait seconds. It orders only this process; between processes the file lock decides. A holder that keeps others
/// waiting for <see cref="Patience"/> loses its turn: the gate is for fairness, the file lock for correctness. Thread-safe.
/// </summary>
internal sealed partial class WriteGate(bool needed, ILogger log) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Turn _current = Turn.None;

    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string writer = "")
    {
        if (!needed)
            return Turn.None;
        while (!await _turn.WaitAsync(Patience, cancellationToken))
            Overrule(writer);
        return _current = new Turn(_turn, writer);
    }

    /// <summary>For <c>SaveChanges()</c>.</summary>
    public Turn Enter([CallerMemberName] string writer = "")
    {
        if (!needed)
            return Turn.None;
        while (!_turn.Wait(Patience))
            Overrule(writer);
        return _current = new Turn(_turn, writer);
    }

    // Ends the turn of a holder that is too slow, or that ended without saying so: the file lock still keeps two writers apart.
    private void Overrule(string writer)
    {
        var holder = _current;
        LogImpatient(log, writer, Patience.TotalSeconds, holder.Writer);
        holder.Dispose();
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>The right to write; dispose it once.</summary>
    internal sealed class Turn(SemaphoreSlim? turn, string writer) : IDisposable
    {
        public static readonly Turn None = new(null, "nobody");

        public string Writer => writer;

        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }

    [LoggerMessage(3, LogLevel.Warning, "{Writer} has waited {Seconds} s for its turn to write, which {Holder} keeps; the turn is passed on, and the file lock decides: keep transactions short")]
    private static partial void LogImpatient(ILogger logger, string writer, double seconds, string holder);
}
