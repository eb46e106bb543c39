using System.Diagnostics;
using Bus.SqliteTransport.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// What the writer does because of the time: saying that this process lives, looking after those that do not, making ready what is due, and taking away what has expired. For the
/// writer's thread.
/// </summary>
internal sealed partial class Housekeeping
{
    // A backlog of timers after a long stop must not hold the file for seconds.
    private const int Block = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShrinkEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShrinkOn = TimeSpan.FromMilliseconds(100);

    private readonly Store _store;
    private readonly ConsumerSet _consumers;
    private readonly Peers _peers;
    private readonly QueueFileOptions _options;
    private readonly ILogger _log;
    private readonly TimeSpan _beatEvery;
    private long _beatAt = Stopwatch.GetTimestamp();
    private long _shrunkAt = Stopwatch.GetTimestamp();
    private readonly List<long> _buried = [];
    private bool _isShrinking;
    private long _beatBefore;
    private bool _mustLook = true;
    private long? _next;

    public Housekeeping(Store store, ConsumerSet consumers, Peers peers, QueueFileOptions options, ILogger log)
    {
        _store = store;
        _consumers = consumers;
        _peers = peers;
        _options = options;
        _log = log;
        _beatEvery = options.LockDuration / 4;
    }

    public bool IsDue => _peers.HasDead || Stopwatch.GetElapsedTime(_beatAt) >= _beatEvery || NextInstant() <= Now;

    private long Now => _options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>How long there is nothing to do, if nothing happens.</summary>
    public TimeSpan Rest()
    {
        if (_peers.HasDead)
            return TimeSpan.Zero;
        var beat = _beatEvery - Stopwatch.GetElapsedTime(_beatAt);
        return _next is { } next && TimeSpan.FromMilliseconds(Math.Min(next - Now, Longest.TotalMilliseconds)) is var instant && instant < beat ? instant : beat;
    }

    /// <summary>The earliest instant may be another now.</summary>
    public void TimersChanged() => _mustLook = true;

    /// <summary>What <see cref="Apply"/> has done was rolled back.</summary>
    public void RolledBack()
    {
        _buried.ForEach(_peers.FoundDead);
        _buried.Clear();
        _beatAt = _beatBefore;
        _mustLook = true;
    }

    /// <summary>Within the transaction of the moment.</summary>
    public void Apply(Turn turn)
    {
        _buried.Clear();
        _beatBefore = _beatAt;
        foreach (var dead in _peers.TakeDead())
        {
            _buried.Add(dead);
            Bury(turn, dead);
        }

        if (Stopwatch.GetElapsedTime(_beatAt) >= _beatEvery)
        {
            _beatAt = Stopwatch.GetTimestamp();
            _store.Processes.Beat(turn.Process);
            _peers.Observe(_store.Processes.All());
            _consumers.Tidy();
        }

        if (NextInstant() > turn.Now)
            return;
        foreach (var queue in _store.Timers.Fire(turn.Now, Block))
            turn.MadeReady(queue);
        foreach (var expired in _store.Timers.Expired(turn.Now, Block))
            Expire(turn, expired);
        _mustLook = true;
    }

    /// <summary>Outside a transaction, while nothing else is to be done.</summary>
    public void WhenIdle(Checkpointer checkpointer)
    {
        if (Stopwatch.GetElapsedTime(_shrunkAt) < (_isShrinking ? ShrinkOn : ShrinkEvery) || (!_isShrinking && !checkpointer.HasRest))
            return;
        _isShrinking = _store.Shrink();
        _shrunkAt = Stopwatch.GetTimestamp();
    }

    private long NextInstant()
    {
        if (_mustLook)
        {
            var (due, expiry) = (_store.Timers.NextDue(), _store.Timers.NextExpiry());
            _next = due < expiry || expiry is null ? due : expiry;
            _mustLook = false;
        }

        return _next ?? long.MaxValue;
    }

    private void Bury(Turn turn, long process)
    {
        var hopeless = _store.Processes.Leave(process, died: true, _options.MaxCrashes);
        LogBuried(_log, _options.Path, process);
        foreach (var orphan in hopeless)
        {
            if (_store.Topology.ById(orphan.Queue) is not { } queue)
                continue;
            var reason = $"{orphan.Crashes} processes died while they handled this message.";
            MoveAside(turn, queue, $"{queue.Name}_error", orphan.Id, orphan.Message, orphan.PartitionKey, ("MT-Reason", "crash"), ("MT-Fault-Message", reason));
            LogHopeless(_log, orphan.Id, queue.Name, orphan.Crashes);
        }

        _mustLook = true;
        // What it had is ready again, in queues that nobody has counted.
        _consumers.AllMayHaveReady();
        turn.Filled.UnionWith(_consumers.All.ConvertAll(consumer => consumer.QueueId));
    }

    private void Expire(Turn turn, Expired expired)
    {
        if (expired.Drop || _store.Topology.ById(expired.Queue) is not { IsTemporary: false } queue)
            _store.Messages.Delete(expired.Id, expired.Queue, expired.Message, expired.HeadOfKey);
        else
            MoveAside(turn, queue, $"{queue.Name}_skipped", expired.Id, expired.Message, expired.HeadOfKey, ("MT-Reason", "expired"));
        // A claim passes expired rows by and finds less than it has room for, while they make the queue look full to those who send: whoever reads it must look again.
        turn.MadeReady(expired.Queue);
    }

    private void MoveAside(Turn turn, QueueRow queue, string target, long id, long message, string? partitionKey, params ReadOnlySpan<(string Name, string Value)> reasons)
    {
        var headers = _store.Messages.Headers(message);
        try
        {
            foreach (var (name, value) in reasons)
                headers = _options.AddHeader(headers, name, value);
        }
        catch (Exception exception) when (exception is InvalidDataException or IndexOutOfRangeException or ArgumentException)
        {
            // Written by a newer version, or damaged: it goes where it must with the headers that it has.
        }

        var targetId = _store.Topology.Queue(target).Id;
        _store.Messages.Move(id, queue.Id, targetId, message, headers, partitionKey);
        turn.MadeReady(targetId);
        if (partitionKey is not null)
            turn.MadeReady(queue.Id);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A process that had the queue file {File} open, there number {Process}, has died: what it had received is ready again.")]
    private static partial void LogBuried(ILogger logger, string file, long process);

    [LoggerMessage(Level = LogLevel.Error, Message = "The message {Id} of the queue {Queue} was being handled when its process died, {Crashes} times: it is in the error queue now.")]
    private static partial void LogHopeless(ILogger logger, long id, string queue, int crashes);
}
