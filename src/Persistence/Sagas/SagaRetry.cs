using MassTransit;

namespace Bus.Persistence.Sagas;

/// <summary>Tries a message again, on the spot and quietly, when it lost a race for its saga.</summary>
internal static class SagaRetry
{
    /// <summary>
    /// Runs <paramref name="work"/> until it wins, fails for another reason, or has lost as often as the options allow
    /// (<see cref="SagaConflictException"/>).
    /// </summary>
    public static async Task RunAsync<TSaga, TMessage>(
        SagaRuntime<TSaga> runtime, ConsumeContext<TMessage> context, Func<ConsumeContext<TMessage>, Task> work)
        where TSaga : class, ISaga
        where TMessage : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var one = new SagaAttempt<TSaga, TMessage>(context);
            try
            {
                await one.RunAsync(work);
                return;
            }
            catch (Exception exception) when (SagaConflicts.IsConflict(exception, typeof(TSaga)))
            {
                SagaMetrics.CountConflict(typeof(TSaga).Name);
                // HashCode is seeded anew in every process: two processes that lost against each other draw differently.
                var chance = (uint)HashCode.Combine(context.MessageId, attempt) / (double)uint.MaxValue;
                if (SagaBackoff.PauseAfter(attempt, runtime.Options.ConflictAttempts, runtime.Options.ConflictPause, chance) is not { } pause)
                {
                    var id = (exception as SagaConflictException)?.CorrelationId is { } known && known != Guid.Empty ? known : context.CorrelationId;
                    var last = new SagaConflictException(typeof(TSaga), typeof(TMessage), id, attempt, exception.InnerException ?? exception);
                    await one.NotifyFaultsAsync(last);
                    throw last;
                }

                runtime.Log.LostRace(typeof(TMessage).Name, typeof(TSaga).Name, attempt, pause, exception);
                await Task.Delay(pause, runtime.Time, context.CancellationToken);
            }
        }
    }
}
