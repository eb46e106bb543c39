namespace Bus.Persistence.DeadLetters;

/// <summary>Lets in as many bytes as fit, in the order in which they came; what is longer than the whole comes in alone. Thread-safe.</summary>
/// <param name="most">How many bytes together.</param>
internal sealed class ByteRoom(long most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _line = new();
    private long _used;

    /// <summary>Waits for room; it is taken until what is returned is disposed.</summary>
    public async Task<IDisposable> EnterAsync(long bytes, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(this, bytes);
        lock (_lock)
        {
            _line.AddLast(waiting);
            Admit();
        }

        try
        {
            await waiting.Task.WaitAsync(cancellationToken);
            return waiting;
        }
        catch (OperationCanceledException)
        {
            // It may have been let in at that very moment.
            waiting.Dispose();
            throw;
        }
    }

    private void Leave(Waiting waiting)
    {
        lock (_lock)
        {
            if (waiting.HasLeft)
                return;
            waiting.HasLeft = true;
            if (!_line.Remove(waiting))
                _used -= waiting.Bytes;
            Admit();
        }
    }

    private void Admit()
    {
        while (_line.First?.Value is { } first && (_used == 0 || _used + first.Bytes <= most))
        {
            _line.RemoveFirst();
            _used += first.Bytes;
            first.TrySetResult();
        }
    }

    private sealed class Waiting(ByteRoom room, long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), IDisposable
    {
        public long Bytes => bytes;

        public bool HasLeft { get; set; }

        public void Dispose() => room.Leave(this);
    }
}
