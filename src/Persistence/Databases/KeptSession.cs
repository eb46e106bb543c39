namespace Bus.Persistence.Databases;

/// <summary>
/// The session that a process writes with, kept open from one transaction to the next together with what it has compiled. Where one writes at a time one is enough; whoever finds it taken opens one for himself. Thread-safe.
/// </summary>
/// <param name="open">Opens one.</param>
internal sealed class KeptSession(Func<CancellationToken, Task<StoreSession>> open) : IAsyncDisposable
{
    private StoreSession? _idle;
    private volatile bool _isOver;

    /// <summary>One that stays open if it is told to with <see cref="StoreSession.Keep"/>: after an error it is not.</summary>
    public async Task<StoreSession> OpenAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _idle, null) is { } idle)
            return idle;
        var session = await open(cancellationToken);
        KeptStatements.KeepFor(session.Connection);
        session.Return = Return;
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        if (Interlocked.Exchange(ref _idle, null) is { } idle)
            await idle.DisposeAsync();
    }

    /// <returns>False when it is to be closed.</returns>
    private bool Return(StoreSession session)
    {
        if (_isOver || Interlocked.CompareExchange(ref _idle, session, null) is not null)
            return false;
        // Who is over in this very moment may not have seen it.
        return !_isOver || Interlocked.CompareExchange(ref _idle, null, session) != session;
    }
}
