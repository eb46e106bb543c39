using MassTransit;

namespace Bus.SqliteTransport;

/// <summary>A bus on queues in a file.</summary>
public interface ISqliteBusFactoryConfigurator : IBusFactoryConfigurator<ISqliteReceiveEndpointConfigurator>
{
    /// <summary>Names the file, with the defaults for all else.</summary>
    void Host(string path);

    /// <summary>Sets the file and how it is used.</summary>
    void Host(Action<ISqliteHostConfigurator> configure);
}
