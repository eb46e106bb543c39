using System.Buffers.Binary;
using Bus.Jobs.Handling;
using Bus.Jobs.Webhooks;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Store;

/// <summary>Makes the records of new jobs. Thread-safe.</summary>
/// <param name="catalog">Names and queues.</param>
/// <param name="webhooks">Who may be told of ends.</param>
/// <param name="limits">How long arguments may be.</param>
/// <param name="now">The time in Unix milliseconds, of the database as far as it is known.</param>
internal sealed class JobMaker(JobCatalog catalog, WebhookRules webhooks, JobsOptions limits, Func<long> now)
{
    private static readonly Uri Nowhere = new("job:");
    private static readonly MessageMetadata NoMetadata = new() { ContentType = "" };

    /// <summary>The longest time that anything is kept for: a hundred years.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_525);

    /// <summary>The longest time that a timer waits for.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromDays(49);

    private long _lastRank;

    /// <exception cref="JobException">The options are wrong.</exception>
    public OutboxRecord Make<TArguments>(TArguments arguments, EnqueueOptions options)
        where TArguments : class
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Make(arguments, typeof(TArguments), options, null);
    }

    /// <summary>For arguments of whatever type they are.</summary>
    /// <exception cref="JobException">The options are wrong.</exception>
    public OutboxRecord MakeAny(object arguments, EnqueueOptions options, Guid? batch = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Make(arguments, arguments.GetType(), options, batch);
    }

    /// <summary>For arguments that somebody wrote, of a type that this process has a handler for. They are stored as the type writes them, so that who asks again may write them otherwise.</summary>
    /// <exception cref="JobException">There is no such type, these are no arguments of it, or the options are wrong.</exception>
    public OutboxRecord MakeNamed(string name, string arguments, EnqueueOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(arguments);
        // What is for this process alone, nobody else asks for.
        var type = name == JobDialect.CallbackType ? null : catalog.Find(name);
        return type is null
            ? throw new JobException($"This process has no handler for jobs of the type `{name}`: enqueue it where one is registered, and look at how it is written.")
            : Make(JobJson.Read(JobJson.Check(arguments, type), type.Arguments), type.Arguments, options, null);
    }

    private OutboxRecord Make(object arguments, Type type, EnqueueOptions options, Guid? batch)
    {
        RequirePriority(options.Priority);
        if (options.Queue is { } named)
            RequireQueue(named);
        RequireLength(options.Key, 190, nameof(options.Key));
        RequireLength(options.Tenant, 190, nameof(options.Tenant));
        RequireLength(options.LimitKey, 190, nameof(options.LimitKey));
        RequireLength(options.Unique, 200, nameof(options.Unique));
        RequireLength(options.IdempotencyKey, 200, nameof(options.IdempotencyKey));
        if (options.Key is not null && options.At is not null)
            throw new JobException("A job with a `Key` runs when it is its turn: it cannot have `At`.");
        var isNamed = options.Unique is not null || options.UniqueBy.Count > 0;
        if (options.UniqueFor is not null && !isNamed)
            throw new JobException("`UniqueFor` says for how long a name counts: give the name in `Unique`, or what makes it in `UniqueBy`.");
        if (isNamed && options.IdempotencyKey is not null)
            throw new JobException("`Unique` or `UniqueBy` and `IdempotencyKey` both say which job is there already: use one of them.");
        if (options.Unique is not null && options.UniqueBy.Count > 0)
            throw new JobException("`Unique` and `UniqueBy` both name the job: use one of them.");
        RequireTime(options.Timeout, nameof(options.Timeout), LongestRun);
        RequireTime(options.KeepFor, nameof(options.KeepFor), Longest);
        RequireTime(options.UniqueFor, nameof(options.UniqueFor), Longest);
        RequireTime(options.IdempotentFor, nameof(options.IdempotentFor), Longest);
        if (options.Timeout <= TimeSpan.Zero)
            throw new JobException($"`Timeout` must be more than zero, but is {options.Timeout}: leave it null for what the handler of the job says.");
        var tags = JobTags.Write(options.Tags);
        if (options.Callback is { } callback)
            webhooks.Require(callback);
        var (name, queue) = catalog.For(type);
        queue = options.Queue ?? queue;
        RequireIndexed(options, name, queue);
        var text = JobJson.Write(arguments, type);
        if (limits.Refusal(text.Length) is { } refusal)
            throw new JobException($"What a `{name}` is told {refusal}.");
        var unique = options.UniqueBy.Count > 0 ? JobNames.By(options.UniqueBy, text, type) : options.Unique;
        var milliseconds = now();
        var due = options.At is { } at && at.ToUnixTimeMilliseconds() is var asked && asked > milliseconds ? asked : (long?)null;
        var rank = NextRank(milliseconds);
        var id = options.IdempotencyKey is { } idempotency ? JobNames.IdOf(name, idempotency) : IdAt(rank);
        return Record(
            id,
            new NewJob
            {
                Id = id,
                Type = name,
                Queue = queue,
                Arguments = text,
                Priority = options.Priority,
                Rank = rank - (options.Priority * JobDialect.MicrosecondsAPriority),
                DueAt = due,
                StartBefore = options.StartBefore?.ToUnixTimeMilliseconds(),
                Timeout = (long?)options.Timeout?.TotalMilliseconds,
                OrderKey = options.Key is { } key ? $"{queue}:{key}" : null,
                OrderPolicy = (int)options.KeyPolicy,
                UniqueKey = unique is null ? null : JobNames.Unique(name, unique),
                UniqueWhile = (int)options.UniqueWhile,
                UniqueUntil = milliseconds + (long?)options.UniqueFor?.TotalMilliseconds,
                KeptUntil = options.IdempotencyKey is null ? null : milliseconds + (long)options.IdempotentFor.TotalMilliseconds,
                KeepFor = JobsOptions.Keep(options.KeepFor),
                Tags = tags,
                Callback = options.Callback?.AbsoluteUri,
                BatchId = batch,
                Tenant = options.Tenant,
                LimitKey = options.LimitKey,
            });
    }

    /// <summary>What a commit adds, and nothing is sent.</summary>
    public static OutboxRecord Record(Guid id, NewJob? job = null, NewBatch? batch = null, TrackedChange? tracked = null) => new()
    {
        MessageId = id,
        Destination = Nowhere,
        Metadata = NoMetadata,
        MetadataJson = "",
        Body = [],
        Job = job,
        Batch = batch,
        Tracked = tracked,
    };

    /// <summary>An id that comes after all that this maker has given before.</summary>
    public Guid NewId() => IdAt(NextRank(now()));

    /// <exception cref="JobException">There is no such priority.</exception>
    public static void RequirePriority(int priority)
    {
        if (priority is < 0 or > 9)
            throw new JobException($"`Priority` must be between 0 and 9, but is {priority}.");
    }

    /// <exception cref="JobException">It is longer than can be counted with.</exception>
    public static void RequireTime(TimeSpan? time, string name, TimeSpan longest)
    {
        if (time > longest)
            throw new JobException($"`{name}` may be at most {longest.TotalDays:N0} days, but is {time}.");
    }

    /// <exception cref="JobException">It is no name of a queue.</exception>
    public static void RequireQueue(string queue)
    {
        if (queue.Length is 0 or > 200 || queue.AsSpan().ContainsAny(':', '\0'))
            throw new JobException($"`{queue}` is no name of a queue: 1 to 200 characters without a colon.");
    }

    /// <exception cref="JobException">It is empty, too long, or cannot be stored.</exception>
    public static void RequireLength(string? text, int most, string name)
    {
        if (text is { } given && (given.Length == 0 || given.Length > most || given.Contains('\0', StringComparison.Ordinal)))
            throw new JobException($"`{name}` must have 1 to {most} characters, and no null character.");
    }

    // SQL Server indexes 1,700 bytes.
    private static void RequireIndexed(EnqueueOptions options, string name, string queue)
    {
        if (options.LimitKey is { } key && name.Length + queue.Length + key.Length + (options.Tenant?.Length ?? 0) is > 840 and var length)
            throw new JobException($"The names of type and queue, `Tenant` and `LimitKey` have {length} characters together, and may have 840: shorten the key, for instance to a hash.");
    }

    // A version 7 whose twelve bits after the version hold the part of the millisecond (RFC 9562, section 6.2, method 3):
    // lists are in the order of ids, and jobs made in one millisecond shall be listed as they were made.
    private static Guid IdAt(long microseconds)
    {
        Span<byte> bytes = stackalloc byte[16];
        var (milliseconds, rest) = Math.DivRem(microseconds, 1000);
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (rest * 4096 / 1000)));
        return new Guid(bytes, bigEndian: true);
    }

    // Those of one process stay in the order in which they were made.
    private long NextRank(long milliseconds)
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastRank);
            var next = Math.Max(last + 1, milliseconds * 1000);
            if (Interlocked.CompareExchange(ref _lastRank, next, last) == last)
                return next;
        }
    }
}
