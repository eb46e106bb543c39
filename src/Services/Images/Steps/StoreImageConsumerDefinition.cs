using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>The endpoint of <see cref="StoreImageConsumer"/>.</summary>
internal sealed class StoreImageConsumerDefinition(IOptions<ImageOptions> options) : ImageStepDefinition<StoreImageConsumer>(options);
