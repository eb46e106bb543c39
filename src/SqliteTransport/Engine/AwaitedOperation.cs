namespace Bus.SqliteTransport.Engine;

/// <summary>An operation that somebody waits for.</summary>
internal abstract class AwaitedOperation : IOperation
{
    // Continuations never run on the writer's thread.
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _completion.Task;

    public virtual bool IsDurable => true;

    public abstract bool Apply(Turn turn);

    public virtual void Committed() => _completion.TrySetResult();

    public void Failed(Exception exception) => _completion.TrySetException(exception);
}
