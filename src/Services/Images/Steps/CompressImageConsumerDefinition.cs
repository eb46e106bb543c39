using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>The endpoint of <see cref="CompressImageConsumer"/>.</summary>
internal sealed class CompressImageConsumerDefinition(IOptions<ImageOptions> options) : ImageStepDefinition<CompressImageConsumer>(options);
