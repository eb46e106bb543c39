using System.Collections.Concurrent;
using System.Globalization;
using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>What this process wants of the table in a turn, by what it has heard and seen. Hints are thread-safe; the rest is for the station's loop.</summary>
internal sealed class JobDemand(JobCatalog catalog, JobsOptions options, JobPool pool)
{
    private const int MostAhead = 200;
    private const int MostQueues = 1_000;

    private readonly ConcurrentDictionary<string, byte> _queues = new(StringComparer.Ordinal);
    private readonly JobType[] _free = [.. catalog.Types.Where(type => !type.IsLimited)];
    private readonly JobType[] _limited = [.. catalog.Types.Where(type => type.IsLimited)];
    private readonly HashSet<string> _suspect = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _last = new(StringComparer.Ordinal);
    private HashSet<JobPause> _pauses = [];
    private bool _pausesTenants;
    private int _ahead;
    private long _turn;

    // Of types with limits only so many, so that those without are not kept out by them; they begin first.
    private int MostLimited => _free.Length == 0 ? options.Concurrency : Math.Max(1, options.Concurrency / 2);

    /// <summary>A queue may have jobs.</summary>
    public void Hint(string queue) => _queues[queue] = 0;

    /// <summary>Whether it has been told of more queues than it can have asked for soon.</summary>
    public bool IsFull => _queues.Count >= MostQueues;

    /// <summary>How many runs have ended in a turn: as many may be taken ahead of room, twice.</summary>
    public void Ended(int count) => _ahead = Math.Min(MostAhead, count * 2);

    /// <summary>What a look at the table has shown.</summary>
    public void See(IReadOnlyList<(int Kind, string Name)> seen)
    {
        _pauses = [.. seen.Where(one => one.Kind >= 0).Select(one => new JobPause((JobGroup)one.Kind, one.Name))];
        foreach (var (_, queue) in seen.Where(one => one.Kind == JobDialect.QueueSeen))
            _queues[queue] = 0;
        var rests = seen.Where(one => one.Kind == JobDialect.RestSeen).Select(one => one.Name.Split(':', 2)).ToDictionary(rest => rest[1], rest => long.Parse(rest[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (var type in catalog.Types)
            type.Rest.See(rests.TryGetValue(type.Name, out var left) ? TimeSpan.FromMilliseconds(left) : null);
        _pausesTenants = _pauses.Any(pause => pause.What == JobGroup.Tenant);
        _shared.Clear();
        _shared.UnionWith(seen.Where(one => one.Kind == JobDialect.TenantsSeen).Select(one => one.Name));
        _suspect.Clear();
        _suspect.UnionWith(seen.Where(one => one.Kind == JobDialect.SuspectSeen).Select(one => one.Name));
    }

    /// <summary>Whether a job may not begin now.</summary>
    public bool IsPaused(ClaimedJob job) => _pauses.Count > 0 && (IsPaused(JobGroup.All, "") || IsPaused(JobGroup.Queue, job.Queue) || IsPaused(JobGroup.Type, job.Type) || (job.Tenant is { } tenant && IsPaused(JobGroup.Tenant, tenant)));

    // What comes after it, when it rests no more, is found by the next look.
    private bool MayBegin(JobType type) => !IsPaused(JobGroup.Type, type.Name) && type.Rest is { IsResting: false, IsDoubted: false };

    private bool MayProbe(JobType type) => !IsPaused(JobGroup.Type, type.Name) && type.Rest.MayProbe;

    /// <summary>What to ask for now. What is queued from here on says so again.</summary>
    public JobWishes Next()
    {
        List<QueueClaim> claims = [];
        List<LimitedClaim> limited = [];
        string[] types = [.. _free.Where(MayBegin).Select(type => type.Name)];
        var wishes = new JobWishes(claims, limited, types);
        if (IsPaused(JobGroup.All, ""))
            return wishes;
        _turn++;
        var now = pool.Room;
        var room = now + _ahead;
        // Not one by one while there is enough to do.
        if (room < _ahead / 2 && pool.Waiting > 0)
            room = 0;
        var ahead = room;
        var limitedRoom = _limited.Length == 0 ? 0 : Math.Min(MostLimited - pool.Limited, pool.RoomForLimited);
        // Who is first changes from turn to turn, so that nobody is always last.
        string[] queues = [.. Rotated([.. _queues.Keys.Where(queue => !IsPaused(JobGroup.Queue, queue))])];
        for (var index = 0; index < queues.Length; index++)
        {
            var share = room <= 0 ? 0 : (room + queues.Length - index - 1) / (queues.Length - index);
            // Who is not asked now is asked in another turn.
            if ((share > 0 || types.Length == 0) && (limitedRoom > 0 || _limited.Length == 0))
                _queues.TryRemove(queues[index], out _);
            if (share > 0 && types.Length > 0)
                claims.Add(QueueClaim.Of(queues[index], share) with { After = LastOf(queues[index], queues[index]) });
            room -= share;
        }

        AddLimited(limited, queues, [.. _limited.Where(type => MayBegin(type) && !type.IsFarFromLimits)], limitedRoom, isAhead: false);
        AddLimited(limited, queues, [.. _limited.Where(type => MayBegin(type) && type.IsFarFromLimits)], room: Math.Max(0, ahead), isAhead: true);
        if (now > 0)
            limited.AddRange(queues.SelectMany(queue => catalog.Types.Where(MayProbe).Select(type => Claim(queue, type, 1) with { IsProbe = true })));
        if (now > 0 && types.Length > 0 && _suspect.Count > 0 && !pool.HasSuspect && Rotated([.. _suspect]).FirstOrDefault(queue => !IsPaused(JobGroup.Queue, queue)) is { } suspect)
        {
            _suspect.Remove(suspect);
            claims.Add(QueueClaim.OfSuspect(suspect) with { After = LastOf(suspect, suspect) });
        }

        return wishes;
    }

    /// <summary>It could not be asked.</summary>
    public void Again(JobWishes wishes)
    {
        foreach (var queue in wishes.Claims.Select(claim => claim.Queue).Concat(wishes.Limited.Select(claim => claim.Queue)))
            _queues[queue] = 0;
    }

    /// <summary>What was got of types with limits.</summary>
    public void Got(JobWishes wishes, LimitedOutcome outcome)
    {
        foreach (var claim in wishes.Limited)
        {
            var (type, isFar) = (catalog.Find(claim.Type)!, outcome.Far.Contains(claim.Type));
            // It was not taken ahead: it is asked for as there is room.
            if (claim.IsAhead && !isFar)
                _queues[claim.Queue] = 0;
            type.IsFarFromLimits = isFar;
        }

        foreach (var probe in outcome.Probes)
            catalog.Find(probe.Type)!.Rest.Try(probe);
    }

    /// <summary>What was got: where a wish was filled there may be more, and where tenants take turns as long as anything was got.</summary>
    public void Got(JobWishes wishes, IReadOnlyList<ClaimedJob> claimed)
    {
        foreach (var claim in wishes.Limited)
        {
            var got = claimed.Where(job => string.Equals(job.Queue, claim.Queue, StringComparison.Ordinal) && string.Equals(job.Type, claim.Type, StringComparison.Ordinal)).ToList();
            if (!claim.IsProbe && got.Count >= (claim.After is null ? claim.Limit : 1))
                _queues[claim.Queue] = 0;
            if (claim.After is not null && got.Count > 0)
                _last[$"{claim.Queue}:{claim.Type}"] = got[^1].Tenant ?? "";
        }

        foreach (var claim in wishes.Claims)
        {
            if (claimed.Count(job => string.Equals(job.Queue, claim.Queue, StringComparison.Ordinal)) >= (claim.After is null ? claim.Limit : 1))
                _queues[claim.Queue] = 0;
            if (claim is { After: not null, LeastCrashes: 0 } && claimed.LastOrDefault(job => job.Crashes <= claim.MostCrashes && string.Equals(job.Queue, claim.Queue, StringComparison.Ordinal) && wishes.Types.Contains(job.Type)) is { } last)
                _last[claim.Queue] = last.Tenant ?? "";
        }
    }

    private void AddLimited(List<LimitedClaim> limited, string[] queues, IReadOnlyList<JobType> types, int room, bool isAhead)
    {
        var pairs = queues.SelectMany(queue => types.Select(type => (Queue: queue, Type: type))).ToList();
        pairs = [.. Rotated(pairs)];
        for (var index = 0; index < pairs.Count; index++)
        {
            var (queue, type) = pairs[index];
            var share = room <= 0 ? 0 : (room + pairs.Count - index - 1) / (pairs.Count - index);
            if (share == 0)
            {
                _queues[queue] = 0;
                continue;
            }

            limited.Add(Claim(queue, type, share) with { IsAhead = isAhead });
            room -= share;
        }
    }

    private LimitedClaim Claim(string queue, JobType type, int most) => new(queue, type.Name, most, type.Concurrency, type.Rate?.Interval ?? 0, type.Rate?.Burst ?? 1)
    {
        After = LastOf(queue, $"{queue}:{type.Name}"),
        ConcurrencyPerKey = type.ConcurrencyPerKey,
        IntervalPerKey = type.RatePerKey?.Interval ?? 0,
        BurstPerKey = type.RatePerKey?.Burst ?? 1,
    };

    // Which tenant is paused is for the statement to see: what is paused is not taken just to be handed back.
    private string? LastOf(string queue, string line) => _pausesTenants || _shared.Contains(queue) ? _last.GetValueOrDefault(line, "") : null;

    private IEnumerable<T> Rotated<T>(List<T> all) => all.Count == 0 ? all : all.Skip((int)(_turn % all.Count)).Concat(all.Take((int)(_turn % all.Count)));

    private bool IsPaused(JobGroup what, string name) => _pauses.Count > 0 && _pauses.Contains(new JobPause(what, name));
}

/// <summary>What is asked for in a turn.</summary>
/// <param name="Claims">Of queues.</param>
/// <param name="Limited">Of types with limits.</param>
/// <param name="Types">The types without limits that may begin.</param>
internal sealed record JobWishes(IReadOnlyList<QueueClaim> Claims, IReadOnlyList<LimitedClaim> Limited, IReadOnlyCollection<string> Types)
{
    public static readonly JobWishes Nothing = new([], [], []);

    public bool IsEmpty => Claims.Count + Limited.Count == 0;
}
