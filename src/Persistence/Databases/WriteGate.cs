using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Databases;

/// <summary>
/// Lets the writers of a one-writer database in one by one, in the order in which they came. SQLite itself would let them fight, sleeping between tries,
/// and the unlucky wait seconds. It orders only this process; between processes the file lock decides. A writer that has waited for
/// <see cref="Patience"/> goes ahead: the gate is for fairness, the file lock for correctness. Thread-safe.
/// </summary>
internal sealed partial class WriteGate(bool needed, ILogger log) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile string _holder = "nobody";

    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string writer = "") =>
        needed ? Admit(await _turn.WaitAsync(Patience, cancellationToken), writer) : Turn.None;

    /// <summary>For <c>SaveChanges()</c>.</summary>
    public Turn Enter([CallerMemberName] string writer = "") => needed ? Admit(_turn.Wait(Patience), writer) : Turn.None;

    private Turn Admit(bool entered, string writer)
    {
        if (!entered)
        {
            LogImpatient(log, writer, Patience.TotalSeconds, _holder);
            return Turn.None;
        }

        _holder = writer;
        return new Turn(_turn);
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>The right to write; dispose it once.</summary>
    internal sealed class Turn(SemaphoreSlim? turn) : IDisposable
    {
        public static readonly Turn None = new(null);

        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }

    [LoggerMessage(3, LogLevel.Warning, "{Writer} goes ahead after waiting {Seconds} s for its turn to write, which {Holder} has: a handler keeps its transaction open that long")]
    private static partial void LogImpatient(ILogger logger, string writer, double seconds, string holder);
}
