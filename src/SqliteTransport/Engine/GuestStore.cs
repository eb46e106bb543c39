using System.Runtime.CompilerServices;
using Bus.SqliteTransport.Engine.Native;
using Bus.SqliteTransport.Engine.Storage;
using SQLitePCL;

namespace Bus.SqliteTransport.Engine;

/// <summary>The tables on a connection of somebody else. As thread-safe as that connection: not at all.</summary>
internal sealed class GuestStore : IDisposable
{
    // A connection of a pool meets many transactions: its statements are compiled once. They go with it.
    private static readonly ConditionalWeakTable<sqlite3, GuestStore> Kept = [];

    private readonly SqliteConnection _connection;
    private readonly Store _store;
    private readonly SqliteStatement _savepoint;
    private readonly SqliteStatement _undo;
    private readonly SqliteStatement _release;
    private readonly bool _isKept;

    private GuestStore(sqlite3 handle, string path, bool isKept)
    {
        _connection = SqliteConnection.Borrow(handle, path);
        _store = Store.On(_connection);
        _savepoint = _connection.Prepare("SAVEPOINT busq");
        _undo = _connection.Prepare("ROLLBACK TO busq");
        _release = _connection.Prepare("RELEASE busq");
        _isKept = isKept;
        // Guests have no consumers: what they write is claimed by those who have.
        Turn = new Turn(_store, new ConsumerSet());
    }

    public Turn Turn { get; }

    public static GuestStore On(sqlite3 handle, string path, bool isKept) =>
        isKept ? Kept.GetValue(handle, key => new GuestStore(key, path, isKept: true)) : new GuestStore(handle, path, isKept: false);

    /// <summary>Reads what must be known first.</summary>
    /// <param name="process">This process; it need not be told by <see cref="AddReaders"/>.</param>
    /// <param name="now">In Unix milliseconds.</param>
    public void Enter(long process, long now)
    {
        // Whether what was written before is committed, or rolled back to wherever, nobody has told: what was remembered of it is looked up anew.
        _store.Forget();
        _savepoint.Run();
        Turn.Begin();
        _store.Enter(process);
        Turn.Now = now;
    }

    /// <summary>Writes what was counted.</summary>
    public void Leave()
    {
        _store.Leave();
        _release.Run();
    }

    /// <summary>As if nothing had been written since <see cref="Enter"/>. Never throws: some errors have ended the whole transaction.</summary>
    public void Undo()
    {
        if (_connection.IsIdle)
            return;
        _ = _undo.TryRun();
        _ = _release.TryRun();
    }

    /// <summary>The ports of the processes that are to be woken.</summary>
    public void AddReaders(long process, HashSet<int> ports)
    {
        foreach (var queue in Turn.Filled)
            _store.Processes.AddReaders(queue, process, ports);
    }

    public void Dispose()
    {
        if (!_isKept)
            _connection.Dispose();
    }
}
