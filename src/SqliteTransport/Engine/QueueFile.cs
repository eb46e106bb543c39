using Microsoft.Extensions.Logging;

namespace Bus.SqliteTransport.Engine;

internal sealed class QueueFile : IAsyncDisposable
{
    public string Path => throw new NotSupportedException();

    public static Task<QueueFile> OpenAsync(QueueFileOptions options, ILogger log, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeclareQueueAsync(string queue, QueueOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeclareTopicAsync(string topic, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>What is published to one topic is published to the other too.</summary>
    public Task LinkAsync(string fromTopic, string toTopic, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Declares both where they are missing. A routing key of null takes everything; others match as in a topic exchange, with * and #.</summary>
    public Task SubscribeAsync(string topic, string queue, string? routingKey, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task UnsubscribeAsync(string topic, string queue, string? routingKey, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Makes the queue if it is missing; ends when the message is on disk.</summary>
    public Task SendAsync(string queue, OutgoingMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>One copy to each queue that is subscribed, directly or through links; to none: gone.</summary>
    public Task PublishAsync(string topic, OutgoingMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <returns>False: unknown, delivered already, or cancelled already.</returns>
    public Task<bool> CancelAsync(Guid token, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IQueueConsumer Consume(string queue, ConsumerOptions options) => throw new NotSupportedException();

    /// <summary>Removes what is ready and what waits, not what is out.</summary>
    public Task<long> PurgeAsync(string queue, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, QueueDepth>> DepthsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Writes the acknowledgements that are pending, hands back what is out, and leaves.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
