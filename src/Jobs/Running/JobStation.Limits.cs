using System.Collections.Concurrent;
using Bus.Core.Loops;
using Bus.Persistence.Outbox;

namespace Bus.Jobs.Running;

/// <content>What is to come later: jobs that a limit keeps back, and such of types that rest.</content>
internal sealed partial class JobStation<TDbContext>
{
    private readonly ConcurrentDictionary<string, long> _later = new(StringComparer.Ordinal);

    // One small write when a circuit was found open or closed, which the others see when they look.
    private async Task WriteRestsAsync(CancellationToken cancellationToken)
    {
        foreach (var type in _catalog.Types)
        {
            if (type.Rest.TakeUntold() is not { } change)
                continue;
            try
            {
                var (text, values) = _engine.Dialect.Jobs.Limits.Write(type.Name, change);
                using var door = await _engine.Gate.EnterAsync(cancellationToken);
                await using var session = await _engine.OpenAsync(cancellationToken);
                await session.ExecuteAsync(text, cancellationToken, values);
            }
            catch
            {
                type.Rest.TellAgain(change);
                throw;
            }

            foreach (var waiting in _pool.TakeWaiting(waiting => string.Equals(waiting.Job.Type, type.Name, StringComparison.Ordinal) && type.Rest.KeepsBack(waiting.Job.Id)))
                _ = HandBackAsync(waiting);
        }
    }

    private void HintLater(IReadOnlyList<(string Queue, long Milliseconds)> waits)
    {
        foreach (var (queue, milliseconds) in waits)
        {
            var due = Environment.TickCount64 + milliseconds;
            // One that comes sooner is enough: it is then seen what else there is to wait for.
            if (_later.TryGetValue(queue, out var sooner) && sooner <= due)
                continue;
            _later[queue] = due;
            _ = Detached.Run(() => HintLaterAsync(queue, due, TimeSpan.FromMilliseconds(milliseconds)));
        }
    }

    private async Task HintLaterAsync(string queue, long due, TimeSpan wait)
    {
        await Task.Delay(wait, OutboxEngine<TDbContext>.Pace, Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_later.TryRemove(new KeyValuePair<string, long>(queue, due)))
            Hint(queue);
    }
}
