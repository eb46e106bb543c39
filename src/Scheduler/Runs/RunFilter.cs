using System.Diagnostics;
using System.Runtime.CompilerServices;
using Bus.Persistence.Timers;
using MassTransit;
using MassTransit.Configuration;
using Microsoft.EntityFrameworkCore;

namespace Bus.Scheduler.Runs;

/// <summary>Around all retries: notes how the run of a schedule ended, and stops its handler when it is asked to. Other messages pass.</summary>
internal sealed class RunFilter<TDbContext, TMessage>(RunReport<TDbContext> report) : IFilter<ConsumeContext<TMessage>>
    where TDbContext : DbContext
    where TMessage : class
{
    /// <inheritdoc/>
    public Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next) =>
        RunHeaders.Read(context) is { } run ? RunAsync(context, next, run.Run, run.Overlap) : next.Send(context);

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("scheduledRun");

    private async Task RunAsync(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next, ScheduledRun run, OverlapPolicy overlap)
    {
        var started = Stopwatch.GetTimestamp();
        await using var watch = overlap == OverlapPolicy.CancelPrevious ? await RunWatch<TDbContext>.StartAsync(report, run, context.CancellationToken) : null;
        if (watch?.IsCancelled == true)
        {
            await report.EndAsync(run, overlap, RunOutcome.Cancelled, TimeSpan.Zero, "Before its handler began.");
            await context.NotifyConsumed(context, TimeSpan.Zero, TypeCache<ScheduledRun>.ShortName);
            return;
        }

        try
        {
            await next.Send(watch is null ? context : new StoppableConsumeContext<TMessage>(context, watch.Token));
        }
        catch (OperationCanceledException) when (watch?.IsCancelled == true)
        {
            await report.EndAsync(run, overlap, RunOutcome.Cancelled, Stopwatch.GetElapsedTime(started), null);
            return;
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The process stops, or has lost the message: it is delivered again.
            throw;
        }
        catch (Exception exception)
        {
            await report.EndAsync(run, overlap, RunOutcome.Failed, Stopwatch.GetElapsedTime(started), exception.Message);
            throw;
        }

        // A message that was put off comes again, and its run goes on.
        if (!PutOffMark.IsOn(context))
            await report.EndAsync(run, overlap, RunOutcome.Succeeded, Stopwatch.GetElapsedTime(started), null);
    }
}

/// <summary>Puts the filter around every message type of an endpoint.</summary>
internal sealed class RunFilterObserver<TDbContext> : ConfigurationObserver, IMessageConfigurationObserver
    where TDbContext : DbContext
{
    // An endpoint may come by the callback for all and by a service's own hand: one filter is enough.
    private static readonly ConditionalWeakTable<IConsumePipeConfigurator, RunFilterObserver<TDbContext>> Attached = [];

    private readonly IConsumePipeConfigurator _endpoint;
    private readonly RunReport<TDbContext> _report;
    private readonly HashSet<Type> _types = [];

    private RunFilterObserver(IConsumePipeConfigurator endpoint, RunReport<TDbContext> report)
        : base(endpoint)
    {
        (_endpoint, _report) = (endpoint, report);
        Connect(this);
    }

    public static void Attach(IConsumePipeConfigurator endpoint, RunReport<TDbContext> report) => Attached.GetValue(endpoint, known => new RunFilterObserver<TDbContext>(known, report));

    public void MessageConfigured<TMessage>(IConsumePipeConfigurator configurator)
        where TMessage : class
    {
        if (_types.Add(typeof(TMessage)))
            configurator.AddPipeSpecification(new FilterPipeSpecification<ConsumeContext<TMessage>>(new RunFilter<TDbContext, TMessage>(_report)));
    }

    public override void BatchConsumerConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, Batch<TMessage>> configurator) => MessageConfigured<TMessage>(_endpoint);
}
