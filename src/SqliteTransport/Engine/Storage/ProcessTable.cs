using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>The processes that have the file open, what they read, and what they leave behind when they die. Every method is part of the writer's transaction, unless it says otherwise.</summary>
internal sealed class ProcessTable
{
    // A container that shares the folder has a loopback device of its own, and another name.
    private static readonly string Here = $"{Environment.MachineName}/";

    private readonly Store _store;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _beat;
    private readonly SqliteStatement _all;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _unread;
    private readonly SqliteStatement _readers;
    private readonly SqliteStatement _orphans;
    private readonly SqliteStatement _handBack;
    private readonly SqliteStatement _clear;
    private readonly SqliteStatement _clearTimers;
    private readonly SqliteStatement _inherit;

    public ProcessTable(Store store, SqliteConnection connection)
    {
        _store = store;
        _connection = connection;
        _insert = connection.Prepare("INSERT INTO busq_process(id, beat, port, lease, name) VALUES(?1, 0, ?2, ?3, ?4)");
        _delete = connection.Prepare("DELETE FROM busq_process WHERE id = ?1");
        _beat = connection.Prepare("UPDATE busq_process SET beat = beat + 1 WHERE id = ?1");
        _all = connection.Prepare("SELECT id, beat, lease, port, name FROM busq_process");
        _read = connection.Prepare("INSERT OR IGNORE INTO busq_reader(queue, process) VALUES(?1, ?2)");
        _unread = connection.Prepare("DELETE FROM busq_reader WHERE process = ?1");
        _readers = connection.Prepare("SELECT p.port FROM busq_reader r JOIN busq_process p ON p.id = r.process WHERE r.queue = ?1 AND p.id <> ?2");
        _orphans = connection.Prepare("SELECT id, queue, message, partition_key, crashes, started FROM busq_delivery WHERE state = 2 AND owner = ?1");
        _handBack = connection.Prepare("UPDATE busq_delivery SET state = 0, owner = NULL, started = 0, deliveries = deliveries + ?2, crashes = ?3 WHERE id = ?1");
        _clear = connection.Prepare("SELECT id, message FROM busq_delivery WHERE queue = ?1 LIMIT 1000");
        _inherit = connection.Prepare("""
            UPDATE busq_queue SET owner = (SELECT max(process) FROM busq_reader WHERE queue = ?1 AND process <> ?2)
            WHERE id = ?1 AND EXISTS(SELECT 1 FROM busq_reader WHERE queue = ?1 AND process <> ?2)
            """);
        _clearTimers = connection.Prepare("DELETE FROM busq_timer WHERE queue = ?1 OR delivery IN (SELECT id FROM busq_delivery WHERE queue = ?1)");
    }

    public long Join(int port, TimeSpan lease)
    {
        var id = _store.NextId();
        _insert.Bind(1, id).Bind(2, port).Bind(3, (long)lease.TotalMilliseconds).Bind(4, $"{Here}{Environment.ProcessId}").Run();
        return id;
    }

    public void Beat(long process) => _beat.Bind(1, process).Run();

    /// <summary>Also outside a transaction.</summary>
    public List<Member> All()
    {
        List<Member> members = [];
        while (_all.Step())
            members.Add(new Member(_all.Number(0), _all.Number(1), TimeSpan.FromMilliseconds(_all.Number(2)), (int)_all.Number(3), _all.Text(4)?.StartsWith(Here, StringComparison.Ordinal) == true));
        return members;
    }

    public void Reads(long queue, long process) => _read.Bind(1, queue).Bind(2, process).Run();

    /// <summary>The ports by which other processes that read a queue are woken. Also outside a transaction.</summary>
    public void AddReaders(long queue, long process, HashSet<int> ports)
    {
        _readers.Bind(1, queue).Bind(2, process);
        while (_readers.Step())
            ports.Add((int)_readers.Number(0));
    }

    /// <summary>
    /// Takes a process out: what it had is ready again. After a death the messages that it ran, or might have run, are counted; see <see cref="MessageTables.Start"/>.
    /// </summary>
    /// <returns>The messages that now have died with too many processes: still claimed, for the caller to move.</returns>
    public List<Orphan> Leave(long process, bool died, int maxCrashes)
    {
        List<Orphan> all = [];
        _orphans.Bind(1, process);
        while (_orphans.Step())
            all.Add(new Orphan(_orphans.Number(0), _orphans.Number(1), _orphans.Number(2), _orphans.Text(3), (int)_orphans.Number(4), _orphans.Number(5) != 0));
        List<Orphan> hopeless = [];
        foreach (var orphan in all)
        {
            // The first death suspects all that were held, since a start is written down only for what is suspected already.
            var suspected = died && (orphan.Started || orphan.Crashes == 0);
            var crashes = orphan.Crashes + (suspected ? 1 : 0);
            if (died && crashes >= maxCrashes)
                hopeless.Add(orphan with { Crashes = crashes });
            else
                _handBack.Bind(1, orphan.Id).Bind(2, suspected ? 1 : 0).Bind(3, crashes).Run();
        }

        foreach (var queue in _store.Topology.TemporaryQueues(process))
        {
            // Another process that reads it inherits it.
            _inherit.Bind(1, queue).Bind(2, process).Run();
            if (_connection.Changes > 0)
                continue;

            hopeless.RemoveAll(orphan => orphan.Queue == queue);
            Clear(queue);
            _store.Topology.DeleteQueue(queue);
        }

        _unread.Bind(1, process).Run();
        _delete.Bind(1, process).Run();
        return hopeless;
    }

    private void Clear(long queue)
    {
        _clearTimers.Bind(1, queue).Run();
        List<(long Id, long Message)> rows = [];
        do
        {
            rows.Clear();
            _clear.Bind(1, queue);
            while (_clear.Step())
                rows.Add((_clear.Number(0), _clear.Number(1)));
            foreach (var (id, message) in rows)
            {
                _store.Messages.Delete(id, queue, message, partitionKey: null);
            }
        }
        while (rows.Count > 0);
    }
}
