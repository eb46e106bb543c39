using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>One endpoint a step, so that each scales and retries alone: its own queue, concurrency and short retries in memory.</summary>
internal abstract class ImageStepDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    private readonly int _retries;

    protected ImageStepDefinition(string endpoint, IOptions<ImageOptions> options)
    {
        EndpointName = endpoint;
        ConcurrentMessageLimit = options.Value.Concurrency;
        _retries = options.Value.RetryLimit;
    }

    // Under 5 s in all, whatever the limit: longer waits belong to the timer store and not to a message that is being held.
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        if (_retries > 0)
            endpointConfigurator.UseMessageRetry(retry => retry.Intervals(RetryWaits.For(_retries)));
    }
}
