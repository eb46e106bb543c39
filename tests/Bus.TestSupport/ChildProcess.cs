using System.Diagnostics;

namespace Bus.TestSupport;

/// <summary>
/// Another process, for tests that kill one: start it, wait for a line of its output, kill it without warning, read its exit code.
/// Disposing kills it if it still runs. Thread-safe.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiters = [];

    private ChildProcess(Process process) => _process = process;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Standard output and error so far, line by line in the order of arrival.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Starts <c>dotnet <paramref name="assembly"/> arguments</c>; <paramref name="environment"/> is added to this process's own.</summary>
    public static ChildProcess StartDotnet(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [assembly, .. arguments], environment);

    /// <summary>Starts a program; <paramref name="environment"/> is added to this process's own.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, e) => child.Take(e.Data);
        child._process.ErrorDataReceived += (_, e) => child.Take(e.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for the first line, past or future, that contains <paramref name="text"/>, and returns it.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or <paramref name="timeout"/> (30 s by default) passed; the message holds its output.</exception>
    public Task<string> WaitForLineAsync(string text, TimeSpan? timeout = null) =>
        WaitForLineAsync(line => line.Contains(text, StringComparison.Ordinal), $"a line with '{text}'", timeout);

    /// <summary>As the other overload, for any condition; <paramref name="what"/> names it in the error.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> wanted, string what, TimeSpan? timeout = null)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Find(line => wanted(line)) is { } seen)
            {
                return seen;
            }

            _waiters.Add((wanted, found));
        }

        using var deadline = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(30));
        var exited = _process.WaitForExitAsync(deadline.Token);
        await Task.WhenAny(found.Task, exited);
        return found.Task.IsCompleted
            ? await found.Task
            : throw new InvalidOperationException($"{(HasExited ? $"The process ended with {_process.ExitCode}" : "The time passed")} without {what}. Its output:\n{Output()}");
    }

    /// <summary>Ends it as by <c>kill -9</c> and waits until it has gone. Nothing happens if it has ended before.</summary>
    /// <exception cref="InvalidOperationException">Something that it has started still holds its output after 30 s.</exception>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as by <c>kill -TERM</c>.</summary>
    public async Task TerminateAsync()
    {
        await using var kill = Start("kill", ["-TERM", Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for its end and returns the exit code (137 after a kill); all output has arrived by then.</summary>
    /// <exception cref="InvalidOperationException"><paramref name="timeout"/> (30 s by default) passed.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? timeout = null)
    {
        using var deadline = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException late)
        {
            throw new InvalidOperationException($"Process {Id} did not end in time. Its output:\n{Output()}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private string Output() => string.Join('\n', Lines);

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Add(line);
            foreach (var (_, found) in _waiters.Where(w => w.Wanted(line)))
            {
                found.TrySetResult(line);
            }
        }
    }
}
