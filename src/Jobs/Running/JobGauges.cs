using System.Diagnostics.Metrics;
using Bus.Core.Telemetry;
using Bus.Jobs.Store;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Running;

/// <summary>What is measured by looking. The leader of the upkeep looks for all, while somebody collects it, and not more often than every 15 s.</summary>
internal sealed class JobGauges<TDbContext>
    where TDbContext : DbContext
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly JobQueues<TDbContext> _queues;
    private readonly Instrument[] _looked;
    private volatile IReadOnlyDictionary<string, ReadyJobs> _ready = new Dictionary<string, ReadyJobs>(StringComparer.Ordinal);
    private double _lag;
    private long _last;

    public JobGauges(JobQueues<TDbContext> queues, JobStation<TDbContext> station)
    {
        _queues = queues;
        BusMetrics.Meter.CreateObservableGauge(TelemetryNames.JobsRunning, () => station.Running, "{job}");
        _looked =
        [
            BusMetrics.Meter.CreateObservableGauge(TelemetryNames.JobsWaiting, () => Each(ready => ready.Count), "{job}"),
            BusMetrics.Meter.CreateObservableGauge(TelemetryNames.JobsOldestAge, () => Each(ready => ready.Oldest?.TotalSeconds ?? 0), "s"),
            BusMetrics.Meter.CreateObservableGauge(TelemetryNames.JobsUpkeepLag, () => Volatile.Read(ref _lag), "s"),
        ];
    }

    /// <summary>Looks, if it is time to.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!Array.Exists(_looked, instrument => instrument.Enabled) || (_last != 0 && OutboxEngine<TDbContext>.Pace.GetElapsedTime(_last) < LookEvery))
            return;
        _last = OutboxEngine<TDbContext>.Pace.GetTimestamp();
        _ready = await _queues.ReadyAsync(cancellationToken);
        Volatile.Write(ref _lag, (await _queues.UpkeepAsync(cancellationToken)).Lag.TotalSeconds);
    }

    /// <summary>Says nothing any more: another leads.</summary>
    public void Forget()
    {
        if (_ready.Count > 0)
            _ready = new Dictionary<string, ReadyJobs>(StringComparer.Ordinal);
        Volatile.Write(ref _lag, 0);
        _last = 0;
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<ReadyJobs, T> value)
        where T : struct => _ready.Select(queue => new Measurement<T>(value(queue.Value), new KeyValuePair<string, object?>("queue", queue.Key)));
}
