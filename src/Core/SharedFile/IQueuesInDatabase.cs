using System.Runtime.InteropServices;

namespace Bus.Core.SharedFile;

/// <summary>
/// The queues of a transport whose tables stand in the database of the service, so that a message is sent by the transaction of its sender. Registered by such a transport; absent, or with another
/// file, messages go by the outbox. Thread-safe.
/// </summary>
internal interface IQueuesInDatabase
{
    /// <summary>Whether the tables are in this file, and are served by the bus of this process now. While they are not, messages go by the outbox.</summary>
    bool AreServedIn(string file);

    /// <summary>Joins a transaction that has begun.</summary>
    /// <param name="connection">SQLite's own handle.</param>
    /// <param name="isKept">Whether the connection outlives the transaction, so that prepared statements are worth keeping.</param>
    IGuestTransaction Join(SafeHandle connection, bool isKept);
}
