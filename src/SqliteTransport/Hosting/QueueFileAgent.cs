using Bus.SqliteTransport.Configuration;
using Bus.SqliteTransport.Engine;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bus.SqliteTransport.Hosting;

/// <summary>The file of one bus: opened by whoever needs it first, closed when the endpoints have stopped, opened anew when the bus starts again. Thread-safe.</summary>
internal sealed class QueueFileAgent(SqliteHostConfiguration host) : IAgent
{
    private readonly Lock _lock = new();
    private Task<QueueFile>? _opening;
    private QueueFile? _file;
    private bool _isStopped;

    /// <summary>The open file; null while it is not open.</summary>
    public QueueFile? Current => Volatile.Read(ref _file);

    /// <summary>Raised with what other processes tell this one that is not for the queues, whenever the file is open.</summary>
    public event Action<ReadOnlySpan<byte>>? Heard;

    Task IAgent.Ready => Task.CompletedTask;

    Task IAgent.Completed => Task.CompletedTask;

    CancellationToken IAgent.Stopping => CancellationToken.None;

    CancellationToken IAgent.Stopped => CancellationToken.None;

    /// <summary>An endpoint starts: the file may be opened again.</summary>
    public void Start()
    {
        lock (_lock)
            _isStopped = false;
    }

    /// <exception cref="QueueFileException">The file cannot be used. The next call tries again.</exception>
    /// <exception cref="TransportUnavailableException">The bus has stopped.</exception>
    public Task<QueueFile> GetAsync()
    {
        lock (_lock)
        {
            if (_isStopped)
                throw new TransportUnavailableException($"The bus on `{host.Settings.Path}` has stopped: nothing can be sent until it is started again.");
            if (_opening is null or { IsFaulted: true } or { IsCanceled: true })
                _opening = OpenAsync();
            return _opening;
        }
    }

    /// <inheritdoc/>
    public async Task Stop(StopContext context)
    {
        Task<QueueFile>? opening;
        lock (_lock)
        {
            (opening, _opening, _isStopped) = (_opening, null, true);
            Volatile.Write(ref _file, null);
        }

        if (opening is null)
            return;
        QueueFile file;
        try
        {
            file = await opening;
        }
        catch (Exception error) when (error is QueueFileException or OperationCanceledException)
        {
            // It never opened: whoever wanted it was told.
            return;
        }

        await file.DisposeAsync();
    }

    private async Task<QueueFile> OpenAsync()
    {
        // Not under the caller's lock.
        await Task.Yield();
        ILogger log = host.LogContext?.CreateLogContext("Bus.SqliteTransport").Logger ?? NullLogger.Instance;
        var file = await QueueFile.OpenAsync(host.Settings.ToOptions() with { Heard = word => Heard?.Invoke(word) }, log, CancellationToken.None);
        lock (_lock)
        {
            if (!_isStopped)
                Volatile.Write(ref _file, file);
        }

        return file;
    }
}
