using MassTransit;
using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>
/// One endpoint a step, named by the bus's convention (<c>resize-image</c> and so on), so that each has its own queue, concurrency and retries. The
/// retries are the endpoint's policy of <c>AddBus</c>: a second one here would multiply with it.
/// </summary>
internal abstract class ImageStepDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    protected ImageStepDefinition(IOptions<ImageOptions> options) => ConcurrentMessageLimit = options.Value.Concurrency;
}
