using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

/// <summary>
/// Says that the file cannot be used: when it begins, when the reason changes, once a minute while it lasts, and when it is over. A fault is met many times a second, and a log that
/// fills the disk helps nobody. For one thread.
/// </summary>
internal sealed partial class FaultReport(ILogger log, string path)
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    // Where some of what is written meets a damaged page and the rest does not, successes and failures alternate.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private const int MaxReasons = 10;

    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private long _saidAt;
    private long _failedAt;
    private long _times;

    /// <summary>It has failed.</summary>
    public void Failed(Exception exception)
    {
        _times++;
        _failedAt = Stopwatch.GetTimestamp();
        if (_said.Count == 0 || Stopwatch.GetElapsedTime(_saidAt) >= Again)
        {
            _said.Clear();
            _saidAt = _failedAt;
        }

        if (_said.Count == MaxReasons || !_said.Add(exception.Message))
            return;
        LogFailed(log, exception, path, _times);
    }

    /// <summary>It works.</summary>
    public void Passed()
    {
        if (_said.Count == 0 || Stopwatch.GetElapsedTime(_failedAt) < Quiet)
            return;
        LogPassed(log, path, _times);
        _said.Clear();
        _times = 0;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing can be written to the queue file {File} at the moment: failure {Times}. What was to be sent was refused; what was done will be acknowledged later. The next minute is silent unless the reason changes.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string file, long times);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue file {File} can be written again, after {Times} failures.")]
    private static partial void LogPassed(ILogger logger, string file, long times);
}
