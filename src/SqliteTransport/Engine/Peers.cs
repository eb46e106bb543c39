using System.Collections.Concurrent;
using System.Diagnostics;
using Bus.SqliteTransport.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// This process among those that have the file open. Each holds the lock of an owner file, which the operating system gives up with the process: its death is noticed at once. One that
/// only stands still is known by its beat, counted by the clocks of those who watch, so that no step of a clock kills anybody. Wakes others by a datagram on the loopback device.
/// </summary>
internal sealed partial class Peers : IDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(200);

    private readonly QueueFileOptions _options;
    private readonly ILogger _log;
    private readonly Doorbell _bell;
    private readonly ConcurrentQueue<long> _dead = new();
    private readonly ManualResetEventSlim _stopped = new();
    private readonly Dictionary<long, (long Beat, long Since, int Observations)> _beats = [];
    private readonly HashSet<int> _ports = [];
    private FileStream? _owner;
    private Action _foundDead = static () => { };
    private Member[] _others = [];
    private bool _canLock = true;

    public Peers(QueueFileOptions options, Doorbell bell, ILogger log)
    {
        _options = options;
        _bell = bell;
        _log = log;
    }

    /// <summary>This process's number in the file.</summary>
    public long Self { get; private set; }

    public bool HasDead => !_dead.IsEmpty;

    /// <summary>Enters the file, within a transaction.</summary>
    public void Join(Store store)
    {
        Self = store.Processes.Join(_bell.Port, _options.LockDuration);
        _owner?.Dispose();
        _owner = Own(OwnerFile(Self));
        Know(store.Processes.All());
        if (_canLock && TryTake(Self))
        {
            _canLock = false;
            LogNoLocks(_log, _options.Path, _options.LockDuration);
        }
    }

    /// <summary>Begins to watch the others.</summary>
    public void Start(Action foundDead)
    {
        _foundDead = foundDead;
        new Thread(Watch) { IsBackground = true, Name = "bus-queue-watch" }.Start();
    }

    public void FoundDead(long process) => _dead.Enqueue(process);

    public IEnumerable<long> TakeDead()
    {
        while (_dead.TryDequeue(out var process))
            yield return process;
    }

    /// <summary>Learns who is there.</summary>
    public void Know(List<Member> members) =>
        Volatile.Write(ref _others, [.. members.Where(member => member.Id != Self)]);

    /// <summary>Looks at the beats, at each beat of our own: three times without a change, over the whole lease that it has given itself, is a death.</summary>
    public void Observe(List<Member> members)
    {
        Know(members);
        foreach (var member in members)
        {
            if (member.Id == Self)
                continue;
            var (beat, since, observations) = _beats.GetValueOrDefault(member.Id, (-1, 0, 0));
            if (beat != member.Beat)
                _beats[member.Id] = (member.Beat, Stopwatch.GetTimestamp(), 0);
            else if (observations >= 3 && Stopwatch.GetElapsedTime(since) >= member.Lease)
                _dead.Enqueue(member.Id);
            else
                _beats[member.Id] = (beat, since, observations + 1);
        }

        foreach (var gone in _beats.Keys.Except(members.Select(member => member.Id)).ToArray())
            _beats.Remove(gone);
    }

    /// <summary>This process could not write: nor could the others, and their silence says nothing of them.</summary>
    public void ObserveAnew() => _beats.Clear();

    /// <summary>
    /// Tells the one other process that reads what is about to be committed, so that it is on its way meanwhile. Of several only one would find something, and all would take the lock to see.
    /// </summary>
    /// <returns>False when there is none, or are several: <see cref="Wake(Store, HashSet{long})"/> tells them after the commit.</returns>
    public bool Announce(Store store, HashSet<long> queues)
    {
        try
        {
            FindReaders(store, queues);
        }
        catch (QueueFileException)
        {
            // Nothing is refused because nobody could be told: the waking after the commit says what is wrong.
            return false;
        }

        if (_ports.Count != 1)
            return false;
        _bell.RingAt(_ports.First(), Ring.Coming);
        return true;
    }

    /// <summary>Wakes those who read queues that were empty and are not any more. A datagram that is lost costs the time to the next look.</summary>
    public void Wake(Store store, HashSet<long> queues)
    {
        FindReaders(store, queues);
        Wake(_ports);
    }

    /// <summary>Wakes those who listen there. Thread-safe.</summary>
    public void Wake(HashSet<int> ports)
    {
        foreach (var port in ports)
            _bell.RingAt(port, Ring.Look);
    }

    /// <summary>Tells all others something that is not for the queues. It may be lost, and one that has come since the last look at the file is not told. Thread-safe.</summary>
    /// <returns>False, and none is told, where not all can hear it.</returns>
    public bool TryTell(ReadOnlySpan<byte> word)
    {
        var others = Volatile.Read(ref _others);
        if (!_bell.Works || Array.Exists(others, static other => !other.IsHere))
            return false;
        foreach (var other in others)
            _bell.TellAt(other.Port, word);
        return true;
    }

    private void FindReaders(Store store, HashSet<long> queues)
    {
        _ports.Clear();
        if (_others.Length == 0)
            return;
        foreach (var queue in queues)
            store.Processes.AddReaders(queue, Self, _ports);
    }

    public void Dispose()
    {
        _stopped.Set();
        _owner?.Dispose();
    }

    private string OwnerFile(long process) => $"{_options.Path}-owner-{process}";

    private static FileStream Own(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new QueueFileException(
                $"The file {path}, by which other processes see that this one lives, cannot be made: {exception.Message} Give this user the right to write to the folder of the queue file, and see that the disk has room.",
                isTransient: exception is IOException,
                exception);
        }
    }

    private void Watch()
    {
        while (!_stopped.Wait(WatchEvery))
        {
            if (!_canLock)
                continue;
            foreach (var process in Volatile.Read(ref _others))
            {
                if (!TryTake(process.Id))
                    continue;
                Volatile.Write(ref _others, [.. _others.Where(other => other.Id != process.Id)]);
                _dead.Enqueue(process.Id);
                _foundDead();
            }
        }
    }

    // Who gets the lock of an owner file has found its owner dead; the file goes with it.
    private bool TryTake(long process)
    {
        try
        {
            using var file = new FileStream(OwnerFile(process), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (process != Self)
                File.Delete(OwnerFile(process));
            return true;
        }
        catch (FileNotFoundException)
        {
            return process != Self;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "File locks do not work beside {File}: the death of a process will be noticed after {LockDuration} instead of at once.")]
    private static partial void LogNoLocks(ILogger logger, string file, TimeSpan lockDuration);
}
