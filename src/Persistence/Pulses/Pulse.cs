using System.Collections.Immutable;
using Bus.Persistence.Databases;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Bus.Persistence.Pulses;

/// <summary>
/// What the parts of this process ask the database again and again goes there together, about once a second: one round trip for all, on a thread and a connection of its own and by synchronous calls, so that handlers which
/// block every thread of the pool cost the process none of its leases. Who has been told nothing for a while asks by itself. Thread-safe.
/// </summary>
internal sealed partial class Pulse<TDbContext>(OutboxEngine<TDbContext> engine) : IAsyncDisposable
    where TDbContext : DbContext
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    // Who has heard nothing for so long asks by itself.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly ManualResetEventSlim _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ImmutableArray<PulseQuestion> _questions = [];
    private Thread? _thread;
    private StoreSession? _session;
    private bool _mayStart;
    private bool _isFailing;
    private long _beatAt;

    /// <summary>From the end of one to the begin of the next.</summary>
    public TimeSpan Every { get; } = engine.Options.QueryDelay < Longest ? engine.Options.QueryDelay : Longest;

    /// <summary>Asks it from now on; a second time does nothing.</summary>
    public void Attend(PulseQuestion question)
    {
        lock (_lock)
        {
            if (!_questions.Contains(question))
                _questions = _questions.Add(question);
            Begin();
        }
    }

    /// <summary>Asks it no more. One that is on its way may still be answered.</summary>
    public void Leave(PulseQuestion question)
    {
        lock (_lock)
            _questions = _questions.Remove(question);
    }

    /// <summary>Whether it is asked, and the last pulses were answered: who asks need not ask by itself.</summary>
    public bool Tends(PulseQuestion question) =>
        Volatile.Read(ref _beatAt) is > 0 and var at && OutboxEngine<TDbContext>.Pace.GetElapsedTime(at) < Silence && question.IsServed && _questions.Contains(question);

    /// <summary>Begins as soon as there is something to ask.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _mayStart = true;
            Begin();
        }
    }

    /// <summary>Ends it, and waits for the pulse that is under way.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Thread? thread;
        lock (_lock)
        {
            _mayStart = false;
            thread = _thread;
        }

        if (!_stop.IsSet)
            _stop.Set();
        if (thread is not null)
            await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stop.Dispose();
    }

    private void Begin()
    {
        if (!_mayStart || _thread is not null || _questions.IsEmpty || _stop.IsSet)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "Bus pulse" };
        // Whoever starts it, its trace and its unit of work are not the pulse's.
        _thread.UnsafeStart();
    }

    private void Run()
    {
        do
        {
            try
            {
                Beat();
            }
            catch (Exception exception)
            {
                // It must live on: a silently dead pulse would be a dead process to all others.
                Fail(exception);
            }
        }
        while (!_stop.Wait(Every));
        Close();
        _ended.SetResult();
    }

    private void Beat()
    {
        var asked = Collect();
        if (asked.Count > 0)
            Ask(asked);
        _isFailing = false;
        Volatile.Write(ref _beatAt, OutboxEngine<TDbContext>.Pace.GetTimestamp());
    }

    private List<(PulseQuestion Question, PulseStatement Statement)> Collect()
    {
        List<(PulseQuestion Question, PulseStatement Statement)> asked = [];
        foreach (var question in _questions)
        {
            try
            {
                if (question.Next(Every / 2) is { } statement)
                    asked.Add((question, statement));
            }
            catch (Exception exception)
            {
                Report(() => LogBlamed(engine.Log, exception, question.Name));
                question.Fail();
            }
        }

        // Leases first: whatever else is slow comes after them. A stable order by name, as all processes have it.
        return [.. asked.OrderByDescending(ask => ask.Statement.Writes).ThenBy(ask => ask.Question.Name, StringComparer.Ordinal)];
    }

    private void Ask(List<(PulseQuestion Question, PulseStatement Statement)> asked)
    {
        var trip = new PulseTrip(asked);
        try
        {
            _session ??= engine.Open(Patience);
            trip.Run(_session);
        }
        catch (Exception exception)
        {
            var left = asked.Skip(trip.Answered).ToList();
            left.ForEach(ask => ask.Question.Again());
            if (_session is null || engine.Database.IsUnavailable(exception))
            {
                // It was this one that did not come to an end: the next pulse goes without it.
                if (_session is not null && left.Count > 0 && PulseTrip.IsTimeout(exception))
                    Blame(left[0], exception);
                Close();
                throw;
            }

            AskOneByOne(_session, left);
        }
    }

    // One of them is broken, and spoils no other.
    private void AskOneByOne(StoreSession session, List<(PulseQuestion Question, PulseStatement Statement)> asked)
    {
        foreach (var ask in asked)
        {
            try
            {
                PulseTrip.RunAlone(session, ask.Statement);
            }
            catch (Exception exception) when (!engine.Database.IsUnavailable(exception))
            {
                Blame(ask, exception);
            }
            catch
            {
                Close();
                throw;
            }
        }
    }

    // So that a lease is renewed again before it has run out.
    private TimeSpan Patience => engine.Options.OwnerLease / 3 < engine.Options.QueryTimeout ? engine.Options.OwnerLease / 3 : engine.Options.QueryTimeout;

    private void Close()
    {
        var session = _session;
        _session = null;
        try
        {
            session?.Dispose();
        }
        catch (Exception exception)
        {
            // It was broken, and is gone.
            LogNotClosed(engine.Log, exception);
        }
    }

    // A lease is tried again at once: who rests loses it.
    private void Blame((PulseQuestion Question, PulseStatement Statement) ask, Exception exception)
    {
        if (!ask.Statement.Writes)
            ask.Question.Fail();
        Report(() => LogBlamed(engine.Log, exception, ask.Question.Name));
    }

    // Once an outage: the parts that it concerns say what they cannot do.
    private void Fail(Exception exception)
    {
        if (!_isFailing)
            Report(() => LogFailed(engine.Log, exception, Every));
        _isFailing = true;
    }

    private static void Report(Action log)
    {
        try
        {
            log();
        }
        catch (Exception)
        {
            // Nor may a logger that throws end it.
        }
    }

    [LoggerMessage(160, LogLevel.Warning, "The database does not answer what this process asks it regularly; the next try is in {RetryIn}, and the parts ask by themselves")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan retryIn);

    [LoggerMessage(161, LogLevel.Warning, "`{Question}` could not be asked with the others; unless it is a lease it is left out for a minute, and its part asks by itself")]
    private static partial void LogBlamed(ILogger logger, Exception exception, string question);

    [LoggerMessage(162, LogLevel.Debug, "The connection of what is asked regularly could not be closed")]
    private static partial void LogNotClosed(ILogger logger, Exception exception);
}
