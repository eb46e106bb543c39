using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Bus.Persistence.Pulses;

namespace Bus.Jobs.Running;

/// <content>What the table shows of what others have done. At rest the pulse looks; while turns are taken the station does, between two of them: what is read during a turn may be older than what the turn has changed.</content>
internal sealed partial class JobStation<TDbContext>
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // The pulse does not come to the millisecond.
    private static readonly TimeSpan PulseMayBeLate = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    private long _looked;
    private JobLook? _told;
    private long _turnedAt;
    private int _turns;

    /// <summary>What the pulse asks for it.</summary>
    public PulseQuestion Looks { get; }

    private bool IsAtRest => _turns == 0 || OutboxEngine<TDbContext>.Pace.GetElapsedTime(Volatile.Read(ref _turnedAt)) >= LookEvery;

    // An odd number of them is one that goes on.
    private void BeginTurn() => Interlocked.Increment(ref _turns);

    private void EndTurn()
    {
        Volatile.Write(ref _turnedAt, OutboxEngine<TDbContext>.Pace.GetTimestamp());
        Interlocked.Increment(ref _turns);
    }

    private PulseStatement? Ask()
    {
        var turns = Volatile.Read(ref _turns);
        if (turns % 2 != 0 || (turns > 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(Volatile.Read(ref _turnedAt)) < Rest))
            return null;
        var (at, owner, held) = (OutboxEngine<TDbContext>.Pace.GetTimestamp(), _engine.Owner.Id, _pool.Snapshot());
        return PulseStatement.Rows(_engine.Dialect.Jobs.Look, [owner], row => (row.GetInt32(0), row.GetString(1)), seen =>
        {
            Volatile.Write(ref _told, new JobLook(turns, at, owner, held, seen));
            Wake();
        });
    }

    /// <returns>False when it is time to look.</returns>
    private bool TryTakeLook()
    {
        var told = Interlocked.Exchange(ref _told, null);
        if (!_lookers.IsEmpty)
            return false;
        if (told is null)
            return _looked != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_looked) < (IsAtRest && _engine.Pulse.Tends(Looks) ? LookEvery + PulseMayBeLate : LookEvery);
        if (told.Turns != Volatile.Read(ref _turns) || told.Owner != _engine.Owner.Id)
            return false;
        _looked = told.At;
        _pool.StopOthers(told.Owner);
        See(told.Held, told.Seen);
        return true;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        _looked = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        List<TaskCompletionSource> lookers = [];
        while (_lookers.TryDequeue(out var looker))
            lookers.Add(looker);
        var owner = _engine.Owner.Id;
        _pool.StopOthers(owner);
        var held = _pool.Snapshot();
        List<(int Kind, string Name)> seen;
        await using (var session = await _engine.OpenAsync(cancellationToken))
            seen = await session.QueryAsync(_engine.Dialect.Jobs.Look, row => (row.GetInt32(0), row.GetString(1)), cancellationToken, owner);
        See(held, seen);
        foreach (var looker in lookers)
            looker.TrySetResult();
    }

    private void See(IReadOnlyList<RunningJob> held, IReadOnlyList<(int Kind, string Name)> seen)
    {
        _demand.See(seen);
        if (seen.Any(one => one.Kind == JobDialect.LostSeen))
            _lost();
        // What was taken ahead has not begun.
        foreach (var waiting in _pool.TakeWaiting(waiting => _demand.IsPaused(waiting.Job) || waiting.Age > LongestAhead || _catalog.Find(waiting.Job.Type)?.Rest.KeepsBack(waiting.Job.Id) == true))
            _ = HandBackAsync(waiting);
        // What others have rescued is theirs.
        JobPool.StopLost(held, [.. seen.Where(one => one.Kind is JobDialect.OwnSeen or JobDialect.CancelledSeen).Select(one => Compare(one.Name, one.Kind == JobDialect.CancelledSeen))]);
    }

    /// <param name="Turns">How many turns had begun and ended when it was asked.</param>
    /// <param name="At">When that was.</param>
    /// <param name="Owner">Under which lease.</param>
    /// <param name="Held">What this process had then.</param>
    /// <param name="Seen">Kind and name.</param>
    private sealed record JobLook(int Turns, long At, Guid Owner, IReadOnlyList<RunningJob> Held, IReadOnlyList<(int Kind, string Name)> Seen);
}
