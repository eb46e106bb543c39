using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>The endpoint of <see cref="NotifyImageReadyConsumer"/>.</summary>
internal sealed class NotifyImageReadyConsumerDefinition(IOptions<ImageOptions> options) : ImageStepDefinition<NotifyImageReadyConsumer>(options);
