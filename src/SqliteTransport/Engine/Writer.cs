using System.Diagnostics;
using Bus.Core.Faults;
using Bus.Core.Turns;
using Bus.SqliteTransport.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// The one thread of this process that writes the file. What gathers while a transaction is on its way goes into the next: sends, acknowledgements, claims, timers and renewals share
/// it. A thread of its own, so that a blocked pool starves no lease. Public members are thread-safe unless they say otherwise.
/// </summary>
internal sealed partial class Writer : IDisposable
{
    private const int MaxBatch = 2000;

    // What takes longer would let those who wait for the lock go to sleep.
    private const int Small = 16;

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForeignLockPatience = TimeSpan.FromSeconds(10);

    private readonly Mailbox _mailbox;
    private readonly Thread _thread;
    private readonly Store _store;
    private readonly LogKeeper _logKeeper;
    private readonly Answers _answers;
    private readonly Turn _turn;
    private readonly Claims _claims;
    private readonly Housekeeping _housekeeping;
    private readonly Peers _peers;
    private readonly Checkpointer _checkpointer;
    private readonly TemporaryQueues _temporary;
    private readonly QueueFileOptions _options;
    private readonly ILogger _log;
    private readonly FaultReport _faults;
    private readonly WriteTurns? _turns;
    private List<IOperation> _batch = [];
    private readonly WaitingRoom _later = new(RetryAfter);
    private readonly WaitingRoom _postponed = new(PollEvery);
    private Ring _heard;
    private bool _isAnnounced;
    private long _polledAt;
    private long _failedAt;
    private long _dataVersion;

    public Writer(Store store, LogKeeper logKeeper, Mailbox mailbox, Peers peers, Checkpointer checkpointer, TemporaryQueues temporary, QueueFileOptions options, ILogger log)
    {
        _mailbox = mailbox;
        _temporary = temporary;
        _store = store;
        _logKeeper = logKeeper;
        _answers = new Answers(mailbox, _postponed, options.Path, log);
        _peers = peers;
        _checkpointer = checkpointer;
        _options = options;
        _log = log;
        _faults = new FaultReport(log, options.Path);
        _turns = options.SharesFile ? WriteTurns.OfFile(options.Path) : null;
        _turn = new Turn(store, Consumers);
        _claims = new Claims(store, Consumers);
        _housekeeping = new Housekeeping(store, Consumers, peers, options, log);
        _thread = new Thread(Run) { IsBackground = true, Name = "bus-queue-writer" };
    }

    public ILogger Log => _log;

    /// <summary>For the writer's thread.</summary>
    public ConsumerSet Consumers { get; } = new();

    private bool HasJustFailed => _failedAt != 0 && Stopwatch.GetElapsedTime(_failedAt) < RetryAfter;

    public void Start() => _thread.Start();

    /// <summary>Enters the file, before the start.</summary>
    public void Join()
    {
        Begin();
        _store.Commit();
    }

    /// <summary>Does an operation in one of the next transactions and waits for its commit.</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public Task RunAsync(AwaitedOperation operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Add(operation);
        return operation.Task;
    }

    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void Add(IOperation operation)
    {
        if (!TryAdd(operation))
            throw new ObjectDisposedException(nameof(QueueFile), $"The queue file {_options.Path} is closed.");
    }

    /// <returns>False when the file is closed: the operation will never be done.</returns>
    public bool TryAdd(IOperation operation) => _mailbox.TryAdd(operation);

    /// <summary>For acknowledgements, which wait for each other a little. Those that come after the close come back with the next process.</summary>
    public void AddLazy(IOperation operation, bool isNeeded) => _mailbox.TryAddLazy(operation, isNeeded);

    /// <summary>For what could not be written now. For the writer's thread.</summary>
    public void AddLater(IOperation operation) => _later.Add(operation);

    /// <summary>Another may have put something there.</summary>
    public void Poke() => _mailbox.Poke();

    /// <summary>Writes what is pending, leaves the file, and ends the thread.</summary>
    public void Dispose()
    {
        _mailbox.Close();
        if (_thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
            return;
        _thread.Join();
    }

    private void Run()
    {
        while (Gather())
        {
            try
            {
                Work();
            }
            catch (Exception exception)
            {
                // Before the first commit of the batch, which answers for itself: nothing may be left waiting, and the thread must go on: without it nothing is ever acknowledged.
                Fail(_batch, exception);
            }
        }

        Leave();
    }

    private bool Gather()
    {
        _batch.Clear();
        if (!_mailbox.Take(ref _batch, IsStarving, Rest, AddWaiting, out _heard))
            return false;
        if (_heard != Ring.Own)
            Consumers.AllMayHaveReady();
        return true;
    }

    private void AddWaiting(List<IOperation> batch)
    {
        _later.MoveTo(batch);
        _postponed.MoveTo(batch);
    }

    private bool IsStarving() => !HasJustFailed && _claims.AreUrgent();

    private TimeSpan Rest()
    {
        // A file that cannot be written must not be tried in a circle.
        if (HasJustFailed)
            return RetryAfter;
        var (poll, rest) = (PollEvery - Stopwatch.GetElapsedTime(_polledAt), _housekeeping.Rest());
        return poll < rest ? poll : rest;
    }

    private void Work()
    {
        LookForForeignWork();
        if (_batch.Count == 0 && _heard != Ring.Coming && !_housekeeping.IsDue && !_claims.AreDue())
        {
            _housekeeping.WhenIdle(_checkpointer);
            return;
        }

        if (_batch.Count <= MaxBatch)
        {
            Commit(_batch);
            return;
        }

        // A long batch would hold back other processes, and those who wait for its beginning.
        foreach (var part in _batch.Chunk(MaxBatch))
            Commit(part);
    }

    private void LookForForeignWork()
    {
        if (Stopwatch.GetElapsedTime(_polledAt) < PollEvery)
            return;
        _polledAt = Stopwatch.GetTimestamp();
        if (_store.DataVersion is var version && version == _dataVersion)
            return;
        _dataVersion = version;
        Consumers.AllMayHaveReady();
        _housekeeping.TimersChanged();
        _peers.Know(_store.Processes.All());
    }

    private void Commit(IReadOnlyList<IOperation> operations)
    {
        List<(IOperation Operation, Exception? Reason)> refused = [];
        bool hasWritten;
        try
        {
            hasWritten = Write(operations, refused);
        }
        catch (Exception exception)
        {
            RollBack(operations, exception);
            return;
        }

        // Committed is committed: whatever fails from here on, nothing is done a second time.
        try
        {
            if (hasWritten)
            {
                _failedAt = 0;
                _faults.Passed();
            }

            // Handlers begin while the disk is at work; whoever sent waits for it.
            _turn.Committed();
            if (!_isAnnounced)
                _peers.Wake(_store, _turn.Filled);
        }
        catch (Exception exception)
        {
            _log.Broken(exception, _options.Path);
        }

        _answers.Give(operations, refused, Flush(operations));
        _logKeeper.RestartWhenLong();
    }

    private QueueFileException? Flush(IReadOnlyList<IOperation> operations)
    {
        var refusal = _logKeeper.Flush(operations);
        if (refusal is null)
            return null;
        _failedAt = Stopwatch.GetTimestamp();
        _faults.Failed(refusal);
        return refusal;
    }

    private bool Write(IReadOnlyList<IOperation> operations, List<(IOperation Operation, Exception? Reason)> refused)
    {
        Begin();
        _logKeeper.MakeRoom();
        foreach (var operation in operations)
        {
            try
            {
                if (!operation.Apply(_turn))
                    refused.Add((operation, null));
            }
            catch (Exception exception) when (exception is QueueFullException or OperationCanceledException)
            {
                // Refused before it has changed anything: no reason to repeat the others.
                refused.Add((operation, exception));
            }
        }

        _housekeeping.Apply(_turn);
        _claims.Apply(_turn);
        // Not while writing fails: two processes would keep each other awake.
        _isAnnounced = _turn.HasArrivals && operations.Count <= Small && _failedAt == 0 && _peers.Announce(_store, _turn.Filled);
        FaultPoint.Reach(FaultPoints.BeforeQueueCommit);
        _store.Commit();
        FaultPoint.Reach(FaultPoints.AfterQueueCommit);
        if (_turn.TimersChanged)
            _housekeeping.TimersChanged();
        return _logKeeper.Committed();
    }

    private void RollBack(IReadOnlyList<IOperation> operations, Exception exception)
    {
        _store.Rollback();
        _turn.RolledBack();
        _housekeeping.RolledBack();
        if (operations.Count > 1 && exception is not QueueFileException { IsTransient: true })
        {
            // One of them is wrong: alone each meets its own fate.
            foreach (var operation in operations)
                Commit([operation]);
            return;
        }

        Fail(operations, exception);
    }

    private void Fail(IReadOnlyList<IOperation> operations, Exception exception)
    {
        _failedAt = Stopwatch.GetTimestamp();
        _faults.Failed(exception);
        // SQLite flushes by itself where it begins the log.
        if (exception is QueueFileException { Code: SQLitePCL.raw.SQLITE_IOERR_FSYNC })
            _logKeeper.Distrust();
        if (exception is QueueFileException { IsTransient: true })
            _peers.ObserveAnew();
        foreach (var operation in operations)
            operation.Failed(exception);
    }
}
