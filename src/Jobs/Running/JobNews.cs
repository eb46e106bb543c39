using Bus.Jobs.Handling;
using Bus.Persistence.Jobs;
using Bus.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Running;

/// <summary>Says where there is work: to this process, and to the others when it cannot take it at once. Thread-safe.</summary>
internal sealed class JobNews<TDbContext>(OutboxEngine<TDbContext> engine, JobStation<TDbContext> station, JobDispatcher<TDbContext> dispatcher, JobLines<TDbContext> lines, JobHints hints, JobWaiters waiters, JobsOptions options, JobCatalog catalog)
    where TDbContext : DbContext
{
    /// <summary>Whether this process runs jobs.</summary>
    public bool Runs => engine.Options.DeliveryService && options.Concurrency > 0 && catalog.Types.Count > 0;

    /// <summary>A job was committed by this process.</summary>
    public void Committed(NewJob job)
    {
        if (job.OrderKey is { } key)
            lines.Add(key);
        else if (job.DueAt is { } due)
            dispatcher.Committed(due);
        else
            Tell(job.Queue, catalog.Find(job.Type) is not null);
    }

    /// <summary>A queue has work.</summary>
    public void Tell(string queue) => Tell(queue, true);

    /// <summary>Another process says that a queue has work, or speaks of a job that somebody waits for.</summary>
    public void Hear(string word)
    {
        if (!waiters.Hear(word) && Runs)
            station.Hear(word);
    }

    private void Tell(string queue, bool isKnown)
    {
        var takes = Runs && isKnown;
        if (!takes || !station.HasRoom)
            hints.Send(queue);
        if (takes)
            station.Hint(queue);
    }
}
