namespace Bus.Core.SharedFile;

/// <summary>Knows which queues there are. Registered by a transport that makes a queue for whatever name is sent to, so that nobody else would say that a name is mistyped. Thread-safe.</summary>
internal interface IQueueDirectory
{
    /// <summary>Whether there is a queue of this name; it is not made.</summary>
    Task<bool> HasAsync(string queue, CancellationToken cancellationToken);
}
