using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>The endpoint of <see cref="WatermarkImageConsumer"/>.</summary>
internal sealed class WatermarkImageConsumerDefinition(IOptions<ImageOptions> options) : ImageStepDefinition<WatermarkImageConsumer>(options);
