using System.Collections.Concurrent;
using System.Globalization;

namespace Bus.Jobs.Running;

/// <summary>
/// Those who wait for what becomes of jobs, in this process and in others. Who waits in another process asks all for it; who changes the job, or ended it a moment ago, answers all. Both may be lost: who waits looks
/// for itself, too, more and more rarely. Thread-safe.
/// </summary>
/// <param name="tellOthers">Tells all processes a word, at some time soon or never.</param>
/// <param name="firstLook">After what time the first look is made by whom nobody told anything; each further pause is twice as long, up to ten times this.</param>
internal sealed class JobWaiters(Action<string> tellOthers, TimeSpan firstLook)
{
    // No queue has a colon in its name: these go the way of the hints, and are none.
    private const string Asks = "?:";
    private const string Answers = "!:";

    private const int MostAsked = 10_000;
    private static readonly TimeSpan AskedFor = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiters = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, long> _asked = [];
    private readonly Guid[] _ended = new Guid[1_024];
    private int _next;

    /// <summary>How long who waits may rely on being told, when it has looked so many times.</summary>
    public TimeSpan PauseAfter(int looks) => firstLook * Math.Min(10, Math.Pow(2, Math.Min(looks - 1, 4)));

    /// <summary>Ends when there was news of the job: time to look at it. Several may wait for one job.</summary>
    public Task WhenTold(Guid id) => _waiters.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Asks the other processes to tell of a job, for half a minute. After the look that showed that it goes on, so that its end is told or was seen.</summary>
    public void Ask(Guid id) => tellOthers(string.Create(CultureInfo.InvariantCulture, $"{Asks}{id:N}"));

    /// <summary>Wakes those who wait in this process.</summary>
    public void Wake(Guid id)
    {
        if (!_waiters.IsEmpty && _waiters.TryRemove(id, out var waiter))
            waiter.TrySetResult();
    }

    /// <summary>This process has changed something about the job, and committed it.</summary>
    public void Tell(Guid id)
    {
        Wake(id);
        bool isAsked;
        lock (_lock)
            isAsked = _asked.TryGetValue(id, out var at) && (TimeProvider.System.GetElapsedTime(at) < AskedFor || !_asked.Remove(id));
        if (isAsked)
            Answer(id);
    }

    /// <summary>This process has ended the job, and committed it.</summary>
    public void Ended(Guid id)
    {
        Wake(id);
        bool isAsked;
        lock (_lock)
        {
            // Who asks from here on finds it.
            _ended[(int)((uint)_next++ % (uint)_ended.Length)] = id;
            isAsked = _asked.Remove(id);
        }

        if (isAsked)
            Answer(id);
    }

    /// <summary>What another process has said.</summary>
    /// <returns>False when it is about something else.</returns>
    public bool Hear(string word)
    {
        if (!word.Contains(':', StringComparison.Ordinal))
            return false;
        if (word.Length < Asks.Length || !Guid.TryParseExact(word.AsSpan(Asks.Length), "N", out var id))
            return true;
        if (word.StartsWith(Answers, StringComparison.Ordinal))
            Wake(id);
        else if (word.StartsWith(Asks, StringComparison.Ordinal) && Remember(id))
            Answer(id);
        return true;
    }

    private void Answer(Guid id) => tellOthers(string.Create(CultureInfo.InvariantCulture, $"{Answers}{id:N}"));

    /// <returns>Whether it has ended a moment ago.</returns>
    private bool Remember(Guid id)
    {
        var now = TimeProvider.System.GetTimestamp();
        lock (_lock)
        {
            if (_asked.Count >= MostAsked)
            {
                foreach (var old in _asked.Where(asked => TimeProvider.System.GetElapsedTime(asked.Value, now) > AskedFor).Select(asked => asked.Key).ToList())
                    _asked.Remove(old);
            }

            // Run again, it may end again.
            if (_asked.Count < MostAsked)
                _asked[id] = now;
            // Once: it may have been run again, and who asks next shall not be told of the end before. The answer goes to all.
            var at = Array.IndexOf(_ended, id);
            if (at >= 0)
                _ended[at] = default;
            return at >= 0;
        }
    }
}
