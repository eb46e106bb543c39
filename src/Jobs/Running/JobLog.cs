using Bus.Persistence.Jobs;

namespace Bus.Jobs.Running;

/// <summary>
/// The lines of one run that are not written yet. While the run goes on <see cref="JobLogWriter{TDbContext}"/> writes them; what is left at its end is written with the end, so that who sees the end sees all of them.
/// Thread-safe.
/// </summary>
internal sealed class JobLog(Guid job, long claim)
{
    /// <summary>So many lines of a run are kept.</summary>
    public const int Most = 1_000;

    private readonly Lock _lock = new();
    private List<JobLogRow> _lines = [];
    private TaskCompletionSource? _writing;
    private bool _isHeld;
    private int _count;

    public Guid Job => job;

    /// <summary>What is left to write for who holds it; empty while nobody does.</summary>
    public IReadOnlyList<JobLogRow> Left
    {
        get
        {
            lock (_lock)
                return _isHeld ? [.. _lines] : [];
        }
    }

    /// <returns>False when the line is one too many.</returns>
    public bool Add(JobLogLevel level, string text, long at)
    {
        lock (_lock)
        {
            if (_count > Most)
                return false;
            _count++;
            if (_count > Most)
                (level, text) = (JobLogLevel.Warning, $"More lines were left out: a run keeps {Most:N0}.");
            _lines.Add(new JobLogRow { JobId = job, Claim = claim, Number = _count, At = at, Level = (int)level, Text = JobText.Of(text, JobLogRow.LongestText) });
            return true;
        }
    }

    /// <summary>The lines, to write them now: <see cref="Wrote"/> must follow. Empty while it is held.</summary>
    public IReadOnlyList<JobLogRow> Take()
    {
        lock (_lock)
        {
            if (_isHeld || _writing is not null || _lines.Count == 0)
                return [];
            _writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return [.. _lines];
        }
    }

    /// <summary>So many of them are written, the oldest; none when it could not be done.</summary>
    public void Wrote(int count)
    {
        lock (_lock)
        {
            _lines = _lines[count..];
            _writing?.SetResult();
            _writing = null;
        }
    }

    /// <summary>Lets nobody else write them: the end of the run does. Returns when what was on its way has been written.</summary>
    /// <param name="mayWait">Whether it may wait for that; else what is on its way keeps all the rest with it.</param>
    public Task HoldAsync(bool mayWait = true)
    {
        lock (_lock)
        {
            _isHeld = mayWait || _writing is null;
            return _isHeld && _writing is not null ? _writing.Task : Task.CompletedTask;
        }
    }

    /// <summary>The run goes on.</summary>
    public void Release()
    {
        lock (_lock)
            _isHeld = false;
    }
}
