using System.Collections.Concurrent;

namespace Bus.Core.Turns;

/// <summary>
/// Lets the writers of one database in one by one, in the order in which they came, whether they wait with their thread or without one. It orders only this process. A holder that keeps others
/// waiting for too long loses its turn: turns are for fairness, the lock of the database is for correctness. Thread-safe.
/// </summary>
internal sealed class WriteTurns
{
    private static readonly ConcurrentDictionary<string, WriteTurns> ByFile = new(StringComparer.Ordinal);
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly LinkedList<WriteTurn> _waiting = [];
    private WriteTurn? _holder;

    /// <summary>The turns of all writers of a file in this process, whatever they know of each other.</summary>
    public static WriteTurns OfFile(string path) => ByFile.GetOrAdd(Path.GetFullPath(path), static _ => new WriteTurns());

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Waits with the thread.</summary>
    /// <param name="writer">Who wants to write, for the logs of others.</param>
    /// <param name="patience">How long somebody may keep others waiting.</param>
    /// <param name="overruled">Told who has lost the turn for having kept it longer.</param>
    public WriteTurn Enter(string writer, TimeSpan patience, Action<string> overruled)
    {
        var turn = new WriteTurn(this, writer);
        if (TryBegin(turn))
            return turn;
        try
        {
            while (!turn.Wait(Left(patience)))
                Overrule(patience, overruled);
            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Waits with the thread, and goes without a turn when it has waited for so long.</summary>
    public WriteTurn TryEnter(string writer, TimeSpan patience)
    {
        var turn = new WriteTurn(this, writer);
        // It may be granted just when the wait ends: then it ends there and then.
        if (!TryBegin(turn) && !turn.Wait(patience))
            turn.Dispose();
        return turn;
    }

    /// <inheritdoc cref="Enter"/>
    public ValueTask<WriteTurn> EnterAsync(string writer, TimeSpan patience, Action<string> overruled, CancellationToken cancellationToken)
    {
        var turn = new WriteTurn(this, writer);
        return TryBegin(turn) ? ValueTask.FromResult(turn) : new ValueTask<WriteTurn>(WaitAsync(turn, patience, overruled, cancellationToken));
    }

    /// <summary>Ends a turn, or gives up the wait for it.</summary>
    public void Leave(WriteTurn turn)
    {
        lock (_lock)
        {
            if (_holder != turn)
            {
                _waiting.Remove(turn);
                return;
            }

            _holder = _waiting.First?.Value;
            if (_holder is null)
                return;
            _waiting.RemoveFirst();
            _holder.Grant();
        }
    }

    private async Task<WriteTurn> WaitAsync(WriteTurn turn, TimeSpan patience, Action<string> overruled, CancellationToken cancellationToken)
    {
        try
        {
            while (!await turn.WaitAsync(Left(patience), cancellationToken))
                Overrule(patience, overruled);
            return turn;
        }
        catch
        {
            // Whatever ended the wait: a place that nobody waits in any more would be granted to nobody, and keep all others out.
            turn.Dispose();
            throw;
        }
    }

    private bool TryBegin(WriteTurn turn)
    {
        lock (_lock)
        {
            if (_holder is not null)
            {
                _waiting.AddLast(turn);
                return false;
            }

            _holder = turn;
            turn.Grant();
            return true;
        }
    }

    private TimeSpan Left(TimeSpan patience) => patience - (_holder?.Held ?? TimeSpan.Zero) is var left && left > Soonest ? left : Soonest;

    // Who has just begun is not to blame for the wait behind those before.
    private void Overrule(TimeSpan patience, Action<string> overruled)
    {
        WriteTurn? holder;
        lock (_lock)
            holder = _holder;
        if (holder is null || holder.Held < patience)
            return;
        holder.Dispose();
        overruled(holder.Writer);
    }
}
