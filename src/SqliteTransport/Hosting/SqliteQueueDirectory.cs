using Bus.Core.SharedFile;
using Bus.SqliteTransport.Configuration;

namespace Bus.SqliteTransport.Hosting;

/// <summary>The names of the queues in the file. Thread-safe.</summary>
internal sealed class SqliteQueueDirectory(SqliteHostConfiguration host) : IQueueDirectory
{
    /// <inheritdoc/>
    public async Task<bool> HasAsync(string queue, CancellationToken cancellationToken) => await (await host.File.GetAsync()).HasQueueAsync(queue, cancellationToken);
}
