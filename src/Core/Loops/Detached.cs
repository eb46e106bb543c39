namespace Bus.Core.Loops;

/// <summary>Starts work that outlives its caller.</summary>
public static class Detached
{
    /// <summary>
    /// Runs <paramref name="work"/> on the pool without the caller's ambient state. A loop that is started lazily by the first message would otherwise keep that
    /// message's unit of work, trace and log scope for ever, and act in their name.
    /// </summary>
    public static Task Run(Func<Task> work)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(work);

        var flow = ExecutionContext.SuppressFlow();
        try
        {
            return Task.Run(work);
        }
        finally
        {
            flow.Undo();
        }
    }
}
