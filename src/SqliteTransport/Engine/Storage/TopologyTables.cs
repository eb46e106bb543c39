using Bus.SqliteTransport.Engine.Native;

namespace Bus.SqliteTransport.Engine.Storage;

/// <summary>
/// Queues, topics and who is subscribed. What was looked up is remembered until the topology's number changes, in whatever process. Every method is part of the writer's transaction.
/// </summary>
internal sealed class TopologyTables
{
    private const int MaxRoutes = 10_000;

    private readonly Store _store;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _touch;
    private readonly SqliteStatement _findQueue;
    private readonly SqliteStatement _insertQueue;
    private readonly SqliteStatement _setQueue;
    private readonly SqliteStatement _deleteQueue;
    private readonly SqliteStatement _deleteSubscriptions;
    private readonly SqliteStatement _findTopic;
    private readonly SqliteStatement _insertTopic;
    private readonly SqliteStatement _insertLink;
    private readonly SqliteStatement _insertSubscription;
    private readonly SqliteStatement _deleteSubscription;
    private readonly SqliteStatement _route;
    private readonly SqliteStatement _temporary;
    private readonly SqliteStatement _depth;
    private readonly SqliteStatement _queueName;
    private readonly Dictionary<string, QueueRow> _queues = [];
    private readonly Dictionary<long, QueueRow> _queuesById = [];
    private readonly Dictionary<(string Topic, string? RoutingKey), QueueRow[]> _routes = [];
    private long _version;

    public TopologyTables(Store store, SqliteConnection connection)
    {
        _store = store;
        _connection = connection;
        _touch = connection.Prepare("UPDATE busq_counter SET topology = topology + 1 RETURNING topology");
        _findQueue = connection.Prepare("SELECT id, max_length, full_timeout, owner FROM busq_queue WHERE name = ?1");
        _insertQueue = connection.Prepare("INSERT INTO busq_queue(id, name, owner, max_length, full_timeout, depth) VALUES(?1, ?2, ?3, ?4, ?5, 0)");
        _setQueue = connection.Prepare("UPDATE busq_queue SET max_length = ?2, full_timeout = ?3 WHERE id = ?1");
        _deleteQueue = connection.Prepare("DELETE FROM busq_queue WHERE id = ?1");
        _deleteSubscriptions = connection.Prepare("DELETE FROM busq_subscription WHERE queue = ?1");
        _findTopic = connection.Prepare("SELECT id FROM busq_topic WHERE name = ?1");
        _insertTopic = connection.Prepare("INSERT INTO busq_topic(id, name) VALUES(?1, ?2)");
        _insertLink = connection.Prepare("INSERT OR IGNORE INTO busq_link(source, target) VALUES(?1, ?2)");
        _insertSubscription = connection.Prepare("INSERT OR IGNORE INTO busq_subscription(topic, queue, routing_key) VALUES(?1, ?2, ?3)");
        _deleteSubscription = connection.Prepare("DELETE FROM busq_subscription WHERE topic = ?1 AND queue = ?2 AND routing_key = ?3");
        _route = connection.Prepare("""
            WITH RECURSIVE reached(topic) AS (SELECT ?1 UNION SELECT l.target FROM busq_link l JOIN reached ON l.source = reached.topic)
            SELECT s.queue, s.routing_key, q.name, q.max_length, q.full_timeout, q.owner
            FROM reached JOIN busq_subscription s ON s.topic = reached.topic JOIN busq_queue q ON q.id = s.queue ORDER BY s.queue
            """);
        _temporary = connection.Prepare("SELECT id FROM busq_queue WHERE owner = ?1");
        _depth = connection.Prepare("SELECT depth FROM busq_queue WHERE id = ?1");
        _queueName = connection.Prepare("SELECT name FROM busq_queue WHERE id = ?1");
    }

    /// <summary>At the begin of a transaction: what was remembered of another topology is forgotten.</summary>
    public void Seen(long version)
    {
        if (version == _version)
            return;
        Forget();
        _version = version;
    }

    public void Forget()
    {
        _version = 0;
        _queues.Clear();
        _queuesById.Clear();
        _routes.Clear();
    }

    /// <summary>The queue of that name, made when it is missing.</summary>
    public QueueRow Queue(string name) => Find(name) ?? Insert(name, new QueueOptions(), owner: null);

    public QueueRow? Find(string name)
    {
        if (_queues.TryGetValue(name, out var known))
            return known;
        if (!_findQueue.Bind(1, name).Step())
            return null;
        var row = new QueueRow(_findQueue.Number(0), name, _findQueue.IsNull(1) ? null : _findQueue.Number(1), TimeSpan.FromMilliseconds(_findQueue.Number(2)), !_findQueue.IsNull(3));
        _findQueue.Reset();
        return Remember(row);
    }

    public QueueRow Declare(string name, QueueOptions options, long process)
    {
        if (Find(name) is not { } found)
            return Insert(name, options, options.Temporary ? process : null);
        if (found.MaxLength != options.MaxLength || found.FullTimeout != options.FullTimeout)
        {
            _setQueue.Bind(1, found.Id).Bind(2, options.MaxLength).Bind(3, (long)options.FullTimeout.TotalMilliseconds).Run();
            Touch();
        }

        return Find(name)!;
    }

    /// <summary>What is in the queues that a process had for itself is the caller's affair, before this.</summary>
    public void DeleteQueue(long queue)
    {
        _deleteSubscriptions.Bind(1, queue).Run();
        _deleteQueue.Bind(1, queue).Run();
        Touch();
    }

    public List<long> TemporaryQueues(long process)
    {
        List<long> queues = [];
        _temporary.Bind(1, process);
        while (_temporary.Step())
            queues.Add(_temporary.Number(0));
        return queues;
    }

    public long Topic(string name)
    {
        if (_findTopic.Bind(1, name).RunForNumber() is { } found)
            return found;
        var id = _store.NextId();
        _insertTopic.Bind(1, id).Bind(2, name).Run();
        return id;
    }

    public void Link(string source, string target) => TouchIfChanged(_insertLink.Bind(1, Topic(source)).Bind(2, Topic(target)));

    public void Subscribe(string topic, string queue, string? routingKey) =>
        TouchIfChanged(_insertSubscription.Bind(1, Topic(topic)).Bind(2, Queue(queue).Id).Bind(3, routingKey ?? "#"));

    public void Unsubscribe(string topic, string queue, string? routingKey) =>
        TouchIfChanged(_deleteSubscription.Bind(1, Topic(topic)).Bind(2, Queue(queue).Id).Bind(3, routingKey ?? "#"));

    /// <summary>The queues that get what is published to a topic under a routing key, each once.</summary>
    public QueueRow[] Route(string topic, string? routingKey)
    {
        if (_routes.TryGetValue((topic, routingKey), out var known))
            return known;
        var queues = new Dictionary<long, QueueRow>();
        _route.Bind(1, Topic(topic));
        while (_route.Step())
        {
            if (RoutingPattern.Matches(_route.Text(1)!, routingKey ?? ""))
            {
                queues[_route.Number(0)] = new QueueRow(
                    _route.Number(0), _route.Text(2)!, _route.IsNull(3) ? null : _route.Number(3), TimeSpan.FromMilliseconds(_route.Number(4)), !_route.IsNull(5));
            }
        }

        if (_routes.Count >= MaxRoutes)
            _routes.Clear();
        return _routes[(topic, routingKey)] = [.. queues.Values];
    }

    /// <summary>Throws nothing: null for a queue that is gone.</summary>
    public QueueRow? ById(long queue)
    {
        if (_queuesById.TryGetValue(queue, out var known))
            return known;
        if (!_queueName.Bind(1, queue).Step())
            return null;
        var name = _queueName.Text(0)!;
        _queueName.Reset();
        return Find(name);
    }

    public long Depth(long queue) => (_depth.Bind(1, queue).RunForNumber() ?? 0) + _store.DepthChange(queue);

    private QueueRow Insert(string name, QueueOptions options, long? owner)
    {
        var row = new QueueRow(_store.NextId(), name, options.MaxLength, options.FullTimeout, owner is not null);
        _insertQueue.Bind(1, row.Id).Bind(2, name).Bind(3, owner).Bind(4, options.MaxLength).Bind(5, (long)options.FullTimeout.TotalMilliseconds).Run();
        // Nobody can have remembered a queue that was not there.
        return Remember(row);
    }

    private QueueRow Remember(QueueRow row)
    {
        _queuesById[row.Id] = row;
        return _queues[row.Name] = row;
    }

    private void TouchIfChanged(SqliteStatement statement)
    {
        statement.Run();
        if (_connection.Changes > 0)
            Touch();
    }

    private void Touch()
    {
        var version = _touch.RunForNumber() ?? 0;
        Forget();
        _version = version;
    }
}
