using MassTransit;

namespace Bus.Services.Images.Records;

/// <summary>The durable queue of <see cref="ImageRecordConsumer"/>, shared by all processes.</summary>
internal sealed class ImageRecordConsumerDefinition : ConsumerDefinition<ImageRecordConsumer>
{
    public ImageRecordConsumerDefinition() => EndpointName = ImageApiExtensions.RecordQueue;
}
