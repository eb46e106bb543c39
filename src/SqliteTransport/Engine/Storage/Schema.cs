using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>
/// The tables of a queue file, and which versions may read and write them. They all begin with <c>busq_</c>, and nothing is written into the header of the file, so that they can stand among
/// the tables of a service.
/// </summary>
internal static class Schema
{
    private const long Version = 1;

    // A message is written once; what changes while it is handled is the narrow row in `delivery`. `delivery` of state 0 is ready, 1 waits for the one before it of its key,
    // 2 is with a process, 3 waits for its time in `timer`, 4 too, but lets later ones of its key pass. Ranks are negative priorities, so that the index is read forwards. Instants are Unix milliseconds.
    private const string Tables = """
        CREATE TABLE busq_counter(one INTEGER PRIMARY KEY CHECK(one = 1), version INTEGER NOT NULL, next INTEGER NOT NULL, topology INTEGER NOT NULL);
        INSERT INTO busq_counter(one, version, next, topology) VALUES(1, 1, 1, 1);
        CREATE TABLE busq_process(id INTEGER PRIMARY KEY, beat INTEGER NOT NULL, port INTEGER NOT NULL, lease INTEGER NOT NULL, name TEXT NOT NULL);
        CREATE TABLE busq_queue(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner INTEGER, max_length INTEGER, full_timeout INTEGER NOT NULL, depth INTEGER NOT NULL);
        CREATE TABLE busq_topic(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE busq_link(source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY(source, target)) WITHOUT ROWID;
        CREATE TABLE busq_subscription(topic INTEGER NOT NULL, queue INTEGER NOT NULL, routing_key TEXT NOT NULL, PRIMARY KEY(topic, queue, routing_key)) WITHOUT ROWID;
        CREATE INDEX busq_subscription_queue ON busq_subscription(queue);
        CREATE TABLE busq_reader(queue INTEGER NOT NULL, process INTEGER NOT NULL, PRIMARY KEY(queue, process)) WITHOUT ROWID;
        CREATE TABLE busq_message(id INTEGER PRIMARY KEY, body BLOB NOT NULL, headers BLOB NOT NULL, routing_key TEXT);
        CREATE TABLE busq_share(message INTEGER PRIMARY KEY, copies INTEGER NOT NULL);
        CREATE TABLE busq_delivery(id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, message INTEGER NOT NULL, state INTEGER NOT NULL, rank INTEGER NOT NULL, owner INTEGER,
            deliveries INTEGER NOT NULL, crashes INTEGER NOT NULL, started INTEGER NOT NULL, partition_key TEXT, expires INTEGER, drop_expired INTEGER NOT NULL);
        CREATE INDEX busq_delivery_ready ON busq_delivery(queue, rank, id) WHERE state = 0;
        CREATE INDEX busq_delivery_key ON busq_delivery(queue, partition_key, id) WHERE partition_key IS NOT NULL;
        CREATE INDEX busq_delivery_expiry ON busq_delivery(expires) WHERE expires IS NOT NULL AND state <> 2;
        CREATE TABLE busq_timer(id INTEGER PRIMARY KEY, due INTEGER NOT NULL, delivery INTEGER, message INTEGER, topic TEXT, queue INTEGER, priority INTEGER, deliveries INTEGER,
            partition_key TEXT, expires INTEGER, drop_expired INTEGER, token BLOB);
        CREATE INDEX busq_timer_due ON busq_timer(due);
        CREATE UNIQUE INDEX busq_timer_token ON busq_timer(token) WHERE token IS NOT NULL;
        """;

    /// <summary>Makes the tables where they are missing, or checks those that are there.</summary>
    /// <param name="connection">Not in a transaction.</param>
    /// <param name="amongOthers">Whether the file may hold tables of something else.</param>
    /// <exception cref="QueueFileException">The file is something else, or newer than this program.</exception>
    public static void Ensure(SqliteConnection connection, bool amongOthers)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            if (connection.ReadNumber("SELECT count(*) FROM sqlite_schema WHERE name = 'busq_counter'") > 0)
                Check(connection);
            else if (amongOthers || connection.ReadNumber("SELECT count(*) FROM sqlite_schema") == 0)
                connection.Execute(Tables);
            else
                throw new QueueFileException($"The file {connection.Path} is a database of something else. Choose another path for the queues.", isTransient: false);
            connection.Execute("COMMIT");
        }
        catch
        {
            if (!connection.IsIdle)
                connection.Execute("ROLLBACK");
            throw;
        }
    }

    private static void Check(SqliteConnection connection)
    {
        if (connection.ReadNumber("SELECT version FROM busq_counter") > Version)
            throw new QueueFileException($"The queue file {connection.Path} was written by a newer version than this one, which cannot read it. Update this program.", isTransient: false);
    }
}
