using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>The file of queues of a bus, and how it is used. Read once, when the bus starts.</summary>
public interface ISqliteHostConfigurator
{
    /// <summary>
    /// The file, required; its folder is created. On a local disk, and outside of the folder that ASP.NET Core watches for changes. Processes of one machine that name the same
    /// file share its queues.
    /// </summary>
    string Path { set; }

    /// <summary>
    /// How long a process that stands still keeps what it has received before others get it. A process that has died is noticed at once. At least 1 s; 30 s by default.
    /// </summary>
    TimeSpan LockDuration { set; }

    /// <summary>After how many deaths of its process, while it ran, a message goes to the error queue. At least 1; 3 by default.</summary>
    int MaxProcessDeaths { set; }

    /// <summary>False: an accepted message is with the operating system and not yet on the disk, so that a power cut may lose the last ones. True by default.</summary>
    bool FlushToDisk { set; }

    /// <summary>
    /// True: <see cref="Path"/> is the database of the service, and the queues' tables stand among its own. What is published through the transactional outbox of a context on that file is then
    /// written into the queues by the transaction itself, and every writer of the file in this process waits for its turn. Keep transactions short. False by default.
    /// </summary>
    bool SharesDatabase { set; }

    /// <summary>The clock of due times and expiry. By default the container's, or the system's.</summary>
    TimeProvider TimeProvider { set; }
}
