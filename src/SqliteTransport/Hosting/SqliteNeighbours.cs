using Bus.Core.SharedFile;
using Bus.SqliteTransport.Configuration;

namespace Bus.SqliteTransport.Hosting;

/// <inheritdoc/>
internal sealed class SqliteNeighbours(SqliteHostConfiguration host) : INeighbours
{
    /// <inheritdoc/>
    public event Action<ReadOnlySpan<byte>>? Heard
    {
        add => host.File.Heard += value;
        remove => host.File.Heard -= value;
    }

    /// <inheritdoc/>
    public bool TryTell(ReadOnlySpan<byte> word) => host.File.Current?.TryTell(word) ?? false;
}
