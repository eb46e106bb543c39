using Bus.SqliteTransport.Engine;
using Bus.SqliteTransport.Sending;
using MassTransit;
using MassTransit.Transports;

namespace Bus.SqliteTransport.Receiving;

/// <summary>A started receive endpoint: makes its queue and its subscriptions, consumes, and stops in order.</summary>
internal sealed class SqliteReceiver : ReceiveTransportHandle, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly SqliteReceiveEndpointContext _context;
    private readonly IReceivePipeDispatcher _dispatcher;
    private readonly DispatchPool _pool;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _start;
    private readonly Lock _lock = new();
    private IQueueConsumer? _consumer;
    private Task? _stop;

    public SqliteReceiver(SqliteReceiveEndpointContext context)
    {
        _context = context;
        _dispatcher = context.CreateReceivePipeDispatcher();
        _pool = new DispatchPool(Math.Max(1, context.ConcurrentMessageLimit ?? context.PrefetchCount), DispatchAsync);
        _start = Task.Run(() => StartAsync(_stopping.Token));
    }

    /// <inheritdoc/>
    public Task Stop(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return _stop ??= StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        LogContext.SetCurrentIfNull(_context.LogContext);
        await _stopping.CancelAsync();
        await _start;
        _pool.BeginNoMore();
        if (_consumer is not null)
            await _consumer.StopAsync();
        _pool.GiveBackWaiting();
        await WaitForHandlersAsync(cancellationToken);
        var metrics = _dispatcher.GetMetrics();
        await _context.TransportObservers.NotifyCompleted(_context.InputAddress, metrics);
        _context.LogConsumerCompleted(metrics.DeliveryCount, metrics.ConcurrentDeliveryCount);
        Dispose();
    }

    private async Task StartAsync(CancellationToken stopping)
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        for (var pause = FirstPause; !stopping.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await _context.DependenciesReady.WaitAsync(stopping);
                await ConsumeAsync(stopping);
                await _context.TransportObservers.NotifyReady(_context.InputAddress, isStarted: !_context.Host.DeployTopologyOnly);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it was, the endpoint must say so, or the bus would wait for it for ever.
                await _context.TransportObservers.NotifyFaulted(_context.InputAddress, _context.ConvertException(error, "start"));
                if (error is not QueueFileException { IsTransient: true })
                    return;
                LogContext.Warning?.Log(error, "The queue of {InputAddress} cannot be read; the next attempt is in {Pause}", _context.InputAddress, pause);
            }

            await Task.Delay(pause, _context.Host.Settings.TimeProvider, stopping).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task ConsumeAsync(CancellationToken stopping)
    {
        var configuration = _context.Configuration;
        var queue = configuration.Queue;
        var file = await _context.Host.File.GetAsync().WaitAsync(stopping);
        await file.DeclareQueueAsync(queue, configuration.QueueOptions, stopping);
        // A name that is used as an exchange elsewhere reaches the queue here too.
        await file.SubscribeAsync(configuration.Temporary ? ReplyTopic.Name : queue, queue, configuration.Temporary ? queue : null, stopping);
        foreach (var subscription in configuration.Subscriptions)
            await file.SubscribeAsync(subscription.Topic, queue, subscription.RoutingKey, stopping);
        if (_context.IsBusEndpoint && _context.Host.DeployPublishTopology)
            await _context.Host.PublishTopology.AllTopics().DeclareAsync(file, stopping);
        if (_context.Host.DeployTopologyOnly)
            return;
        if (configuration.PurgeOnStartup)
            await file.PurgeAsync(queue, stopping);
        var prefetch = Math.Max(_context.PrefetchCount, _pool.Limit);
        _consumer = await file.ConsumeAsync(queue, new ConsumerOptions { Prefetch = prefetch, OnDelivery = _pool.Deliver }, stopping);
    }

    private async Task DispatchAsync(DispatchPool.Worker worker, Delivery delivery)
    {
        LogContext.Current = _context.LogContext;
        using var context = new SqliteReceiveContext(_context, delivery);
        worker.Running = context;
        try
        {
            await _dispatcher.Dispatch(context, context);
        }
        catch (Exception error)
        {
            await EndAsync(context, error);
        }
        finally
        {
            worker.Running = null;
        }
    }

    // The message went back to its queue, unless this came before MassTransit took it in hand.
    private static async Task EndAsync(SqliteReceiveContext context, Exception error)
    {
        try
        {
            await context.Faulted(error);
            context.LogTransportFaulted(error);
        }
        catch (Exception)
        {
            // Headers that cannot even be logged, or a log that cannot be written: nothing may end the worker's loop.
        }
    }

    private async Task WaitForHandlersAsync(CancellationToken cancellationToken)
    {
        var time = _context.Host.Settings.TimeProvider;
        try
        {
            if (_context.ConsumerStopTimeout is { } patience && await Task.WhenAny(_pool.Idle, Task.Delay(patience, time, cancellationToken)) != _pool.Idle)
                _pool.CancelHandlers();
            await _pool.Idle.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogContext.Warning?.Log("Handlers of {InputAddress} are still running; their messages will run again", _context.InputAddress);
            _pool.CancelHandlers();
        }
    }
}
