using System.Diagnostics;

namespace Bus.Testing.Settling;

/// <summary>Waits until nothing is in flight no job could run and no outbox has anything left, without looking at a clock in between.</summary>
internal sealed class Settlement(InFlight inFlight, IEnumerable<IPendingWork> pending)
{
    private readonly IPendingWork[] _pending = [.. pending];

    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A debugger's user takes longer than any time-out.
        if (!Debugger.IsAttached)
        {
            limit.CancelAfter(timeout);
        }

        try
        {
            // An outbox that empties itself puts messages in flight, and a handler that ends fills an outbox or enqueues a job: all must be empty in one look, in which no message began.
            int before;
            do
            {
                await inFlight.WhenIdle().WaitAsync(limit.Token);
                before = inFlight.Total;
                foreach (var source in _pending)
                {
                    await source.WhenIdle(limit.Token);
                }
            }
            while (inFlight.Count > 0 || inFlight.Total != before);
        }
        catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The bus did not settle within {timeout}: {inFlight.Count} messages are still on their way or being handled, or jobs are queued or run. " +
                "A handler that waits for the clock needs `AdvanceAsync`; one that waits for something else needs it to happen.", cancelled);
        }
    }
}
