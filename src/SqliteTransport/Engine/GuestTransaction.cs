using Bus.Core.SharedFile;
using SQLitePCL;

namespace Bus.SqliteTransport.Engine;

/// <summary>Does what the writer does with a message, in a transaction of somebody else. Not thread-safe.</summary>
/// <param name="handle">Of a connection that has begun a transaction.</param>
/// <param name="isKept">Whether the connection outlives it.</param>
/// <param name="path">For errors.</param>
/// <param name="file">The file as this process has it open; null while it has not.</param>
/// <param name="time">For due times and expiry.</param>
internal sealed class GuestTransaction(sqlite3 handle, bool isKept, string path, QueueFile? file, TimeProvider time) : IGuestTransaction
{
    private readonly HashSet<int> _ports = [];
    private bool _filled;

    /// <inheritdoc/>
    public void Write(IEnumerable<GuestMessages> messages)
    {
        using var store = GuestStore.On(handle, path, isKept);
        try
        {
            store.Enter(file?.Process ?? 0, time.GetUtcNow().ToUnixTimeMilliseconds());
            foreach (var operation in messages.SelectMany(of => of.Written).Cast<IGuestOperation>())
                operation.Apply(store.Turn);
            store.Leave();
        }
        catch
        {
            store.Undo();
            throw;
        }

        store.AddReaders(file?.Process ?? 0, _ports);
        _filled |= store.Turn.Filled.Count > 0;
    }

    /// <inheritdoc/>
    public void Committed() => file?.WakeAfterGuest(_filled, _ports);
}
