using Microsoft.Extensions.Options;

namespace Bus.Services.Images.Steps;

/// <summary>The endpoint of <see cref="RemoveImageBlobsConsumer"/>.</summary>
internal sealed class RemoveImageBlobsConsumerDefinition(IOptions<ImageOptions> options) : ImageStepDefinition<RemoveImageBlobsConsumer>(options);
