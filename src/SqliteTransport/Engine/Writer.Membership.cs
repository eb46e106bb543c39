using System.Diagnostics;
using Bus.Core.Faults;

namespace Bus.SqliteTransport.Engine;

// How the writer enters the file, begins its transactions there as a member, and leaves.
internal sealed partial class Writer
{
    private void Begin()
    {
        // In a file that others of this process write too: in turn with them, since who only spins would take it from those who sleep between their tries.
        if (_turns is not null)
            _store.Hold(_turns.Enter(nameof(QueueFile), ForeignLockPatience, holder => _log.Overruled(_options.Path, holder, ForeignLockPatience)));
        var since = Stopwatch.GetTimestamp();
        bool isMember;
        var spin = new SpinWait();
        while (!_store.TryBegin(_peers.Self, out isMember))
        {
            if (Stopwatch.GetElapsedTime(since) > ForeignLockPatience)
                throw Native.FileFault.Translate(_options.Path, SQLitePCL.raw.SQLITE_BUSY, $"for {ForeignLockPatience.TotalSeconds} s");
            // Other processes hold it for less than a millisecond.
            spin.SpinOnce();
        }

        _turn.Begin();
        if (!isMember)
            Join(isFirst: _peers.Self == 0);
        _turn.Process = _peers.Self;
        _turn.Now = _options.Time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    // Others have declared this process dead, and what it held is theirs; or it has just begun.
    private void Join(bool isFirst)
    {
        if (!isFirst)
            _log.Expelled(_options.Path, _options.LockDuration);
        _peers.Join(_store);
        FaultPoint.Reach(FaultPoints.DuringQueueJoin);
        _temporary.DeclareAgain(_store, _peers.Self);
        foreach (var consumer in Consumers.All)
        {
            consumer.LoseAll();
            consumer.QueueId = _store.Topology.Queue(consumer.QueueName).Id;
            _store.Processes.Reads(consumer.QueueId, _peers.Self);
        }

        Consumers.Rebuild();
    }

    private void Leave()
    {
        foreach (var consumer in Consumers.All)
            consumer.Stop();
        try
        {
            foreach (var operation in _postponed.Operations)
                operation.Failed(new ObjectDisposedException(nameof(QueueFile), $"The queue file {_options.Path} is closed."));
            if (_later.Operations.Count > 0)
                Commit([.. _later.Operations]);
            Begin();
            _store.Processes.Leave(_peers.Self, died: false, _options.MaxCrashes);
            _store.Commit();
            foreach (var consumer in Consumers.All)
                consumer.LoseAll();
        }
        catch (Exception exception)
        {
            _store.Rollback();
            // The owner file goes with the process: others will do it.
            _faults.Failed(exception);
        }
    }
}
