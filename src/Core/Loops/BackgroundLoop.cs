namespace Bus.Core.Loops;

/// <summary>
/// The base of every background activity: runs <see cref="RunOnceAsync"/> again and again, at once while it reports more to do, else when
/// woken or when the interval has passed; backs off after an error; starts and stops once however often it is asked; drains on stop.
/// Thread-safe.
/// </summary>
/// <param name="time">The clock of intervals and back-off.</param>
/// <param name="interval">How long to wait without a <see cref="Wake"/>. Must be positive.</param>
public abstract class BackgroundLoop(TimeProvider time, TimeSpan interval) : IAsyncDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Signal _wake = new();
    private readonly Lock _gate = new();
    private Task? _running;

    /// <summary>The clock that the loop was given.</summary>
    protected TimeProvider Time => time;

    /// <summary>Cancelled when the loop is asked to stop.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>Whether somebody or something wants this pass: it is the first, was woken, follows one that had more to do or failed, or is called directly. False when only the interval has passed.</summary>
    protected bool WasWoken { get; private set; } = true;

    /// <summary>One pass of the work. Returns <see langword="true"/> when there may be more to do at once. Tests call it directly.</summary>
    public abstract Task<bool> RunOnceAsync(CancellationToken cancellationToken);

    /// <summary>Starts the loop; does nothing when it runs already or was stopped.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (!_stopping.IsCancellationRequested)
                _running ??= Detached.Run(RunAsync);
        }
    }

    /// <summary>Ends the current wait. Several calls before the next pass count as one.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Asks the loop to stop and waits until its current pass has ended or <paramref name="cancellationToken"/> is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task? running;
        lock (_gate)
            running = _running;

        await _stopping.CancelAsync();
        if (running is not null)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Called after a pass threw; the next begins after <paramref name="retryIn"/> or when woken.</summary>
    protected abstract void OnError(Exception exception, TimeSpan retryIn);

    private void Report(Exception exception, TimeSpan retryIn)
    {
        try
        {
            OnError(exception, retryIn);
        }
        catch (Exception)
        {
            // Nor may a logger that throws end the loop.
        }
    }

    private async Task RunAsync()
    {
        var backOff = FirstBackOff;
        while (!Stopping.IsCancellationRequested)
        {
            var pause = interval;
            var failed = false;
            try
            {
                var more = await RunOnceAsync(Stopping);
                backOff = FirstBackOff;
                if (more)
                {
                    WasWoken = true;
                    continue;
                }
            }
            catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever a pass throws, the loop must live on: a silently dead loop is the worst failure of this field.
                failed = true;
                pause = backOff;
                backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
                Report(exception, pause);
            }

            WasWoken = await _wake.WaitAsync(pause, time, Stopping) || failed;
        }
    }
}
