using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>The endpoint of <see cref="ResizeImageConsumer"/>.</summary>
internal sealed class ResizeImageConsumerDefinition(IOptions<ImageOptions> options) : ImageStepDefinition<ResizeImageConsumer>(options);
