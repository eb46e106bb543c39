using System.Diagnostics;

namespace Bus.Core.Faults;

/// <summary>
/// Named points in the code where a process can be made to die as by <c>kill -9</c>, so that promises about crashes are tested
/// and not argued. Set the environment variable <c>BUS_FAULT_POINT</c> to <c>name</c> or <c>name:n</c> before the start, and the
/// process kills itself the n-th time it reaches that point (the first time by default). Unset, a point costs one read of a static field.
/// </summary>
public static class FaultPoint
{
    /// <summary>The environment variable that arms one point of this process.</summary>
    public const string Variable = "BUS_FAULT_POINT";

    private static readonly string? Armed = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value.Split(':')[0] : null;
    private static int _left = Environment.GetEnvironmentVariable(Variable)?.Split(':') is [_, var count] && int.TryParse(count, out var n) ? n : 1;

    /// <summary>Dies here if <paramref name="name"/> is the armed point and it was reached often enough. Thread-safe.</summary>
    public static void Reach(string name)
    {
        if (Armed is not null && string.Equals(Armed, name, StringComparison.Ordinal) && Interlocked.Decrement(ref _left) == 0)
        {
            // SIGKILL on Unix: no finally block, no finalizer, no flush runs.
            Process.GetCurrentProcess().Kill();
            new ManualResetEvent(false).WaitOne();
        }
    }
}
