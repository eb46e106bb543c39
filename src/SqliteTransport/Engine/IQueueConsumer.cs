namespace Bus.SqliteTransport.Engine;

/// <summary>A running consumer of a queue.</summary>
internal interface IQueueConsumer
{
    /// <summary>No delivery is handed over after this has returned. What is out stays out until it is ended.</summary>
    Task StopAsync();
}
