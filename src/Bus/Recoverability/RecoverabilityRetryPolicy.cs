using Bus.Core.Recoverability;
using MassTransit;

namespace Bus.Recoverability;

/// <summary>Lets MassTransit's retry filter ask our policy. A message that succeeds at once pays for two small objects and one counter.</summary>
internal sealed class RecoverabilityRetryPolicy(EndpointRecoverability endpoint) : IRetryPolicy
{
    /// <inheritdoc/>
    public RetryPolicyContext<T> CreatePolicyContext<T>(T context)
        where T : class, PipeContext => new MessageAttempts<T>(endpoint, context);

    // The filter asks this to know whether it is ours to say that a message failed for good; it always is.
    /// <inheritdoc/>
    public bool IsHandled(Exception exception) => true;

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateScope("recoverability");

    /// <summary>All attempts of one message.</summary>
    private sealed class MessageAttempts<T>(EndpointRecoverability endpoint, T context) : RetryPolicyContext<T>
        where T : class, PipeContext
    {
        private readonly long _startedAt = endpoint.Begin();

        public T Context => context;

        public bool CanRetry(Exception exception, out RetryContext<T> retryContext) =>
            Next(exception, attempt: 1, retries: 0, TimeSpan.Zero, out retryContext);

        public Task RetryFaulted(Exception exception) => Task.CompletedTask;

        // MassTransit cancels when its bus stops; our waits listen to the host, which begins to stop earlier.
        public void Cancel()
        {
        }

        public void Dispose()
        {
        }

        /// <param name="exception">What the last attempt threw.</param>
        /// <param name="attempt">The number of that attempt as the policy counts: attempts lost to an outage are left out.</param>
        /// <param name="retries">How often the message was tried again so far, outages included.</param>
        /// <param name="previousDelay">The wait before that attempt.</param>
        /// <param name="retryContext">Always set: the filter wants one even to give up.</param>
        internal bool Next(Exception exception, int attempt, int retries, TimeSpan previousDelay, out RetryContext<T> retryContext)
        {
            var decision = endpoint.Decide(exception, attempt, _startedAt, previousDelay);
            var (delay, outage) = decision is RecoverabilityDecision.RetryAfter after ? (after.Delay, after.Outage) : (TimeSpan.Zero, false);
            retryContext = new OneRetry<T>(this, endpoint, exception, outage ? attempt : attempt + 1, retries + 1, delay);
            if (decision is RecoverabilityDecision.GiveUp giveUp)
            {
                GiveUpNote.Attach(context, exception, giveUp, retries + 1);
                return false;
            }

            return true;
        }
    }

    /// <summary>One retry: the wait before it, and what to do if it fails too.</summary>
    private sealed class OneRetry<T>(MessageAttempts<T> message, EndpointRecoverability endpoint, Exception exception, int attempt, int retries, TimeSpan delay)
        : RetryContext<T>
        where T : class, PipeContext
    {
        public T Context => message.Context;

        public CancellationToken CancellationToken => CancellationToken.None;

        public Exception Exception => exception;

        public int RetryAttempt => retries;

        public int RetryCount => retries - 1;

        // The filter would wait by the machine's clock; PreRetry waits by the clock that was handed in.
        public TimeSpan? Delay => null;

        public Type ContextType => typeof(T);

        public Task RetryFaulted(Exception exception) => Task.CompletedTask;

        // A cancelled wait leaves the pipe as a cancellation, which no error queue takes: the broker gets the message back.
        public Task PreRetry() => delay > TimeSpan.Zero ? Task.Delay(delay, endpoint.Clock, endpoint.Stopping) : Task.CompletedTask;

        public bool CanRetry(Exception exception, out RetryContext<T> retryContext) =>
            message.Next(exception, attempt, retries, delay, out retryContext);
    }
}
