using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment;

/// <summary>
/// One endpoint a step, named by the bus's convention (<c>make-invoice</c> and so on), so that each has its own queue, concurrency and retries. The retries are the endpoint's policy of <c>AddBus</c>.
/// </summary>
internal abstract class FulfilmentStepDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    protected FulfilmentStepDefinition(IOptions<FulfilmentOptions> options) => ConcurrentMessageLimit = options.Value.Concurrency;
}
