using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>The tables of a queue file, and which versions may read and write them.</summary>
internal static class Schema
{
    /// <summary>Marks the file as ours in its header: "BusQ".</summary>
    private const long ApplicationId = 0x42757351;

    private const long Version = 1;

    // A message is written once; what changes while it is handled is the narrow row in `delivery`. `delivery` of state 0 is ready, 1 waits for the one before it of its key,
    // 2 is with a process, 3 waits for its time in `timer`, 4 too, but lets later ones of its key pass. Ranks are negative priorities, so that the index is read forwards. Instants are Unix milliseconds.
    private const string Tables = """
        CREATE TABLE counter(one INTEGER PRIMARY KEY CHECK(one = 1), next INTEGER NOT NULL, topology INTEGER NOT NULL);
        INSERT INTO counter(one, next, topology) VALUES(1, 1, 1);
        CREATE TABLE process(id INTEGER PRIMARY KEY, beat INTEGER NOT NULL, port INTEGER NOT NULL, lease INTEGER NOT NULL, name TEXT NOT NULL);
        CREATE TABLE queue(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner INTEGER, max_length INTEGER, full_timeout INTEGER NOT NULL, depth INTEGER NOT NULL);
        CREATE TABLE topic(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE link(source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY(source, target)) WITHOUT ROWID;
        CREATE TABLE subscription(topic INTEGER NOT NULL, queue INTEGER NOT NULL, routing_key TEXT NOT NULL, PRIMARY KEY(topic, queue, routing_key)) WITHOUT ROWID;
        CREATE INDEX subscription_queue ON subscription(queue);
        CREATE TABLE reader(queue INTEGER NOT NULL, process INTEGER NOT NULL, PRIMARY KEY(queue, process)) WITHOUT ROWID;
        CREATE TABLE message(id INTEGER PRIMARY KEY, body BLOB NOT NULL, headers BLOB NOT NULL, routing_key TEXT);
        CREATE TABLE share(message INTEGER PRIMARY KEY, copies INTEGER NOT NULL);
        CREATE TABLE delivery(id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, message INTEGER NOT NULL, state INTEGER NOT NULL, rank INTEGER NOT NULL, owner INTEGER,
            deliveries INTEGER NOT NULL, crashes INTEGER NOT NULL, started INTEGER NOT NULL, partition_key TEXT, expires INTEGER, drop_expired INTEGER NOT NULL);
        CREATE INDEX delivery_ready ON delivery(queue, rank, id) WHERE state = 0;
        CREATE INDEX delivery_key ON delivery(queue, partition_key, id) WHERE partition_key IS NOT NULL;
        CREATE INDEX delivery_expiry ON delivery(expires) WHERE expires IS NOT NULL AND state <> 2;
        CREATE TABLE timer(id INTEGER PRIMARY KEY, due INTEGER NOT NULL, delivery INTEGER, message INTEGER, topic TEXT, queue INTEGER, priority INTEGER, deliveries INTEGER,
            partition_key TEXT, expires INTEGER, drop_expired INTEGER, token BLOB);
        CREATE INDEX timer_due ON timer(due);
        CREATE UNIQUE INDEX timer_token ON timer(token) WHERE token IS NOT NULL;
        """;

    /// <summary>Makes the tables in a new file, or checks those of an old one.</summary>
    /// <exception cref="QueueFileException">The file is something else, or newer than this program.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            var application = connection.ReadNumber("PRAGMA application_id");
            if (application == 0 && connection.ReadNumber("SELECT count(*) FROM sqlite_schema") == 0)
            {
                connection.Execute($"{Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
            }
            else if (application != ApplicationId)
            {
                throw new QueueFileException($"The file {connection.Path} is a database of something else. Choose another path for the queues.", isTransient: false);
            }
            else if (connection.ReadNumber("PRAGMA user_version") > Version)
            {
                throw new QueueFileException($"The queue file {connection.Path} was written by a newer version than this one, which cannot read it. Update this program.", isTransient: false);
            }

            connection.Execute("COMMIT");
        }
        catch
        {
            if (!connection.IsIdle)
                connection.Execute("ROLLBACK");
            throw;
        }
    }
}
