using Bus.Jobs.Tracking;
using MassTransit;

namespace Bus.Jobs;

/// <content>Plain consumers.</content>
public sealed partial class JobsBuilder
{
    internal TrackedConsumers Tracked { get; } = new();

    /// <summary>
    /// Shows each message that a plain MassTransit consumer handles as a job: its state, attempts, times, process and errors. Delivery, retries and order stay MassTransit's and the transport's. Needs an endpoint with the
    /// inbox (<c>DeliveryMode.EffectivelyOnce</c>, which is the default with a database); the host does not start when the consumer is on none.
    /// </summary>
    /// <param name="configure">How they are shown; null for the defaults.</param>
    /// <exception cref="JobException">It consumes nothing, consumes batches, is tracked already, or the options are wrong.</exception>
    public JobsBuilder Track<TConsumer>(Action<TrackOptions>? configure = null)
        where TConsumer : class, IConsumer
    {
        var options = new TrackOptions();
        configure?.Invoke(options);
        Tracked.Add(typeof(TConsumer), options);
        return this;
    }
}
