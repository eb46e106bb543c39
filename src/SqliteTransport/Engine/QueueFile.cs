using System.Net.Sockets;
using Bus.Core.SharedFile;
using Bus.SqliteTransport.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// Durable queues and topics in one SQLite file, shared by any number of processes of one machine. What was accepted is on disk when the call returns; what was received comes back when
/// its process dies. Thread-safe.
/// </summary>
internal sealed class QueueFile : IAsyncDisposable
{
    private readonly Store _store;
    private readonly LogFile _logFile;
    private readonly Doorbell _bell;
    private readonly Peers _peers;
    private readonly Checkpointer _checkpointer;
    private readonly Writer _writer;
    private readonly TemporaryQueues _temporary = new();
    private bool _disposed;

    private QueueFile(QueueFileOptions options, ILogger log)
    {
        Path = options.Path;
        log = new SteadyLogger(log);
        _store = Store.Open(options.Path, options.SharesFile);
        _bell = Bell(_store, log, options.Heard);
        _peers = new Peers(options, _bell, log);
        _checkpointer = new Checkpointer(options.Path);
        _logFile = new LogFile(options.Path);
        _writer = new Writer(_store, new LogKeeper(_store, _logFile, _checkpointer, options, log), new Mailbox(_bell), _peers, _checkpointer, _temporary, options, log);
    }

    public string Path { get; }

    /// <summary>This process's number in the file.</summary>
    public long Process => _peers.Self;

    /// <exception cref="QueueFileException">The file cannot be used; the message names it and says what to do.</exception>
    public static Task<QueueFile> OpenAsync(QueueFileOptions options, ILogger log, CancellationToken cancellationToken) =>
        Task.Run(() => Open(options with { Path = System.IO.Path.GetFullPath(options.Path) }, log), cancellationToken);

    public Task DeclareQueueAsync(string queue, QueueOptions options, CancellationToken cancellationToken) => RunAsync(
        turn =>
        {
            turn.Store.Topology.Declare(queue, options, turn.Process);
            _temporary.Declared(queue, options);
        },
        cancellationToken);

    public Task DeclareTopicAsync(string topic, CancellationToken cancellationToken) => RunAsync(turn => turn.Store.Topology.Topic(topic), cancellationToken);

    /// <summary>What is published to one topic is published to the other too.</summary>
    public Task LinkAsync(string fromTopic, string toTopic, CancellationToken cancellationToken) =>
        RunAsync(turn => turn.Store.Topology.Link(fromTopic, toTopic), cancellationToken);

    /// <summary>Declares both where they are missing. A routing key of null takes everything; others match as in a topic exchange, with * and #.</summary>
    public Task SubscribeAsync(string topic, string queue, string? routingKey, CancellationToken cancellationToken) => RunAsync(
        turn =>
        {
            turn.Store.Topology.Subscribe(topic, queue, routingKey);
            _temporary.Subscribed(topic, queue, routingKey);
        },
        cancellationToken);

    public Task UnsubscribeAsync(string topic, string queue, string? routingKey, CancellationToken cancellationToken) =>
        RunAsync(turn => turn.Store.Topology.Unsubscribe(topic, queue, routingKey), cancellationToken);

    /// <summary>Makes the queue if it is missing; ends when the message is on disk.</summary>
    /// <exception cref="QueueFullException">It stayed full.</exception>
    /// <exception cref="QueueFileException">It cannot be written.</exception>
    public Task SendAsync(string queue, OutgoingMessage message, CancellationToken cancellationToken) =>
        _writer.RunAsync(new SendOperation(queue, isTopic: false, message, cancellationToken), cancellationToken);

    /// <summary>One copy to each queue that is subscribed, directly or through links; to none: gone. Ends when it is on disk.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public Task PublishAsync(string topic, OutgoingMessage message, CancellationToken cancellationToken) =>
        _writer.RunAsync(new SendOperation(topic, isTopic: true, message, cancellationToken), cancellationToken);

    /// <returns>False: unknown, delivered already, or cancelled already.</returns>
    public async Task<bool> CancelAsync(Guid token, CancellationToken cancellationToken)
    {
        var cancelled = false;
        await RunAsync(turn => cancelled = turn.Store.Timers.Cancel(token.ToByteArray()), cancellationToken);
        return cancelled;
    }

    /// <summary>A guest's transaction has committed.</summary>
    /// <param name="filled">Whether queues that were empty are not any more.</param>
    /// <param name="ports">Of the processes that read them.</param>
    public void WakeAfterGuest(bool filled, HashSet<int> ports)
    {
        if (!filled)
            return;
        _writer.Poke();
        _peers.Wake(ports);
    }

    /// <summary>Tells the other processes that have the file open something that is not for the queues: at once, without a message. It may be lost.</summary>
    /// <returns>False, and none is told, where not all can hear it: the loopback device is down, or one of them is in a container of its own.</returns>
    /// <exception cref="ArgumentException">It is empty, or longer than <see cref="INeighbours.Longest"/>.</exception>
    public bool TryTell(ReadOnlySpan<byte> word) => word.Length is >= 1 and <= INeighbours.Longest
        ? _peers.TryTell(word)
        : throw new ArgumentException($"A word to other processes must have 1 to {INeighbours.Longest} bytes, but had {word.Length}.", nameof(word));

    /// <summary>Begins to hand over what is in a queue; makes the queue if it is missing.</summary>
    public async Task<IQueueConsumer> ConsumeAsync(string queue, ConsumerOptions options, CancellationToken cancellationToken)
    {
        if (options.Prefetch < 1)
            throw new ArgumentException($"The prefetch of the queue `{queue}` must be at least 1, but was {options.Prefetch}.", nameof(options));
        var consumer = new QueueConsumer(_writer, queue, options);
        await _writer.RunAsync(new RegisterOperation(consumer, _writer.Consumers), cancellationToken);
        return consumer;
    }

    /// <summary>Removes what is ready and what waits, not what is out.</summary>
    public async Task<long> PurgeAsync(string queue, CancellationToken cancellationToken)
    {
        const int block = 1000;
        var purged = 0L;
        int last;
        do
        {
            last = 0;
            await RunAsync(turn => last = turn.Store.Messages.Purge(turn.Store.Topology.Queue(queue).Id, block), cancellationToken);
            purged += last;
        }
        while (last == block);
        return purged;
    }

    /// <summary>What each queue holds; counts row by row.</summary>
    public async Task<IReadOnlyDictionary<string, QueueDepth>> DepthsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, QueueDepth> depths = [];
        await _writer.RunAsync(new DelegateOperation(turn => turn.Store.Messages.Count(depths), isDurable: false), cancellationToken);
        return depths;
    }

    /// <summary>Whether there is a queue of this name; it is not made.</summary>
    public async Task<bool> HasQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var found = false;
        await _writer.RunAsync(new DelegateOperation(turn => found = turn.Store.Topology.Find(queue) is not null, isDurable: false), cancellationToken);
        return found;
    }

    /// <summary>For tests: as if the disk were no larger.</summary>
    internal Task LimitPagesAsync(long pages) => _writer.RunAsync(new DelegateOperation(turn => turn.Store.LimitPages(pages), isDurable: false), CancellationToken.None);

    /// <summary>Writes the acknowledgements that are pending, hands back what is out, and leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await Task.Run(() =>
        {
            _writer.Dispose();
            _peers.Dispose();
            _bell.Dispose();
            _checkpointer.Dispose();
            _logFile.Dispose();
            _store.Dispose();
        });
    }

    private static Doorbell Bell(Store store, ILogger log, Action<ReadOnlySpan<byte>>? heard)
    {
        try
        {
            return new Doorbell(log, heard);
        }
        catch (SocketException exception)
        {
            store.Dispose();
            throw new QueueFileException(
                $"Processes that share a queue file wake each other through the loopback device, and there is none to listen on: {exception.Message} Bring it up with `ip link set lo up`, or whatever this system has for it.",
                isTransient: true,
                exception);
        }
    }

    private static QueueFile Open(QueueFileOptions options, ILogger log)
    {
        if (options.LockDuration < TimeSpan.FromSeconds(1))
            throw new ArgumentException($"The lock duration of the queue file must be at least 1 s, but was {options.LockDuration}.", nameof(options));
        var folder = System.IO.Path.GetDirectoryName(options.Path)!;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new QueueFileException($"The folder {folder} of the queue file cannot be made: {exception.Message} Choose another folder, or give this user the right.", isTransient: false, exception);
        }

        var file = new QueueFile(options, log);
        try
        {
            file._writer.Join();
        }
        catch
        {
            file._peers.Dispose();
            file._bell.Dispose();
            file._logFile.Dispose();
            file._store.Dispose();
            throw;
        }

        file._checkpointer.Start();
        file._writer.Start();
        file._peers.Start(file._writer.Poke);
        return file;
    }

    private Task RunAsync(Action<Turn> apply, CancellationToken cancellationToken) => _writer.RunAsync(new DelegateOperation(apply), cancellationToken);
}
