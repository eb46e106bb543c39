using Bus.SqliteTransport.Engine;
using MassTransit;

namespace Bus.SqliteTransport.Receiving;

/// <summary>
/// Runs what was received, never more than so many at once. A worker that begins wakes the next, and only one is ever on its way: so handlers that wait go up to the limit at once, while handlers
/// that only compute are run by as many threads as there are, one after the other, without a switch between. Thread-safe.
/// </summary>
/// <param name="limit">At least 1.</param>
/// <param name="dispatch">Runs the handlers of a message and never throws; what it puts into <see cref="Worker.Running"/> is told about a stop.</param>
internal sealed class DispatchPool(int limit, Func<DispatchPool.Worker, Delivery, Task> dispatch)
{
    private readonly Lock _lock = new();
    private readonly Queue<Delivery> _waiting = new();
    private readonly Stack<Worker> _resting = new();
    private readonly List<Worker> _workers = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOneOnItsWay;
    private bool _beginsNoMore;

    public int Limit => limit;

    /// <summary>Ends when no handler runs, after <see cref="BeginNoMore"/>.</summary>
    public Task Idle => _idle.Task;

    /// <summary>Called by the engine's thread, which must not wait.</summary>
    public void Deliver(Delivery delivery)
    {
        Worker? next;
        lock (_lock)
        {
            _waiting.Enqueue(delivery);
            next = NextWorker();
        }

        Begin(next);
    }

    public void BeginNoMore()
    {
        lock (_lock)
        {
            _beginsNoMore = true;
            foreach (var worker in _workers)
                worker.Stopping();
            EndIfIdle();
        }
    }

    /// <summary>What no handler has seen begins elsewhere, and is not counted as delivered.</summary>
    public void GiveBackWaiting()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out var delivery))
                delivery.Abandon(TimeSpan.Zero, counted: false);
        }
    }

    public void CancelHandlers()
    {
        Worker[] workers;
        lock (_lock)
            workers = [.. _workers];
        foreach (var worker in workers)
            worker.Cancel();
    }

    private static void Begin(Worker? worker)
    {
        if (worker is not null)
            ThreadPool.UnsafeQueueUserWorkItem(worker, preferLocal: false);
    }

    // Under the lock.
    private Worker? NextWorker()
    {
        if (_isOneOnItsWay || _beginsNoMore || _waiting.Count == 0)
            return null;
        if (!_resting.TryPop(out var worker))
        {
            if (_workers.Count == Limit)
                return null;
            _workers.Add(worker = new Worker(this));
        }

        _isOneOnItsWay = true;
        return worker;
    }

    private Delivery? Take(Worker worker, bool isFirst)
    {
        Delivery? delivery = null;
        Worker? next = null;
        lock (_lock)
        {
            if (isFirst)
                _isOneOnItsWay = false;
            if (!_beginsNoMore && _waiting.TryDequeue(out delivery))
            {
                next = NextWorker();
            }
            else
            {
                _resting.Push(worker);
                EndIfIdle();
            }
        }

        Begin(next);
        return delivery;
    }

    private Task RunAsync(Worker worker, Delivery delivery) => dispatch(worker, delivery);

    private void EndIfIdle()
    {
        if (_beginsNoMore && _resting.Count == _workers.Count)
            _idle.TrySetResult();
    }

    /// <summary>One of the loops that run messages, one at a time.</summary>
    internal sealed class Worker(DispatchPool pool) : IThreadPoolWorkItem
    {
        private volatile SqliteReceiveContext? _running;
        private volatile bool _isStopping;

        /// <summary>The message that it runs; null between two.</summary>
        public SqliteReceiveContext? Running
        {
            get => _running;
            set
            {
                _running = value;
                if (_isStopping && value is not null)
                    value.IsStopping = true;
            }
        }

        public void Execute() => _ = RunAsync();

        public void Stopping()
        {
            _isStopping = true;
            if (_running is { } running)
                running.IsStopping = true;
        }

        public void Cancel()
        {
            try
            {
                _running?.Cancel();
            }
            catch (Exception error) when (error is ObjectDisposedException or AggregateException)
            {
                // It has just ended, or a handler's own callback failed.
                LogContext.Debug?.Log(error, "A handler could not be cancelled");
            }
        }

        private async Task RunAsync()
        {
            for (var delivery = pool.Take(this, isFirst: true); delivery is not null; delivery = pool.Take(this, isFirst: false))
                await pool.RunAsync(this, delivery);
        }
    }
}
