using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Bus.Core.Telemetry;
using Bus.Observability;
using Bus.Persistence;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_telemetry_is_collected
{
    [Fact]
    public async Task Should_be_one_trace_from_publish_through_the_outbox_to_the_saga()
    {
        var spans = new Spans();
        using var root = new ActivitySource("Bus.UnitTests." + nameof(Should_be_one_trace_from_publish_through_the_outbox_to_the_saga));
        using var traces = Sdk.CreateTracerProviderBuilder().AddBusInstrumentation().AddSource(root.Name).AddProcessor(spans).Build();
        await using var bus = await TestBus.StartAsync(b =>
        {
            b.UseDatabase<TraceDb>();
            b.Registration.AddConsumer<TakeConsumer>();
            b.Registration.AddSagaStateMachine<TripMachine, Trip>().InMemoryRepository();
        });

        var first = await TakeAsync(bus, root);
        var second = await TakeAsync(bus, root);
        await bus.SettleAsync();

        Assert.NotEqual(first.Trace, second.Trace);
        Assert.All([first, second], trip =>
        {
            var names = spans.Of(trip.Trace);
            Assert.True(names.Count(name => name.Contains("outbox relay", StringComparison.Ordinal)) == 2, string.Join(", ", names));
            Assert.Contains(names, name => name.Contains(nameof(TakeConsumer), StringComparison.Ordinal) || name.Contains("take", StringComparison.OrdinalIgnoreCase));
            Assert.Equal(trip.Trace, TakeConsumer.Seen[trip.Id]);
            Assert.Equal(trip.Trace, TripMachine.Seen[trip.Id]);
        });
        await bus.SagaInState<Trip>(first.Id, "UnderWay");
    }

    [Theory]
    [InlineData("Bus")]
    [InlineData("MassTransit")]
    public void Should_listen_to_the_meters_on_the_page(string name)
    {
        var metrics = new Metrics();
        using var meter = new Meter(name);
        using var reader = new BaseExportingMetricReader(metrics);
        using var provider = Sdk.CreateMeterProviderBuilder().AddBusInstrumentation().AddReader(reader).Build();

        meter.CreateCounter<long>("test." + name).Add(1);
        provider.ForceFlush();

        Assert.Contains((name, "test." + name), metrics.Names);
    }

    [Fact]
    public async Task Should_count_what_leaves_the_outbox()
    {
        var metrics = new Metrics();
        using var reader = new BaseExportingMetricReader(metrics);
        using var provider = Sdk.CreateMeterProviderBuilder().AddBusInstrumentation().AddReader(reader).Build();
        await using var bus = await TestBus.StartAsync(b => b.UseDatabase<TraceDb>());

        await bus.InScopeAsync(async services =>
        {
            await services.GetRequiredService<IPublishEndpoint>().Publish(new Taken(Guid.NewGuid()));
            await services.GetRequiredService<TraceDb>().SaveChangesAsync();
        });
        await bus.SettleAsync();
        provider.ForceFlush();

        Assert.Contains((TelemetryNames.Meter, TelemetryNames.OutboxSent), metrics.Names);
    }

    private static async Task<(Guid Id, ActivityTraceId Trace)> TakeAsync(TestBus bus, ActivitySource source)
    {
        using var activity = source.StartActivity("request")!;
        var id = Guid.NewGuid();
        await bus.InScopeAsync(async services =>
        {
            await services.GetRequiredService<IPublishEndpoint>().Publish(new Take(id));
            await services.GetRequiredService<TraceDb>().SaveChangesAsync();
        });
        return (id, activity.TraceId);
    }

    public sealed record Take(Guid Id);

    public sealed record Taken(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed class TraceDb(DbContextOptions<TraceDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }

    public sealed class Trip : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string? CurrentState { get; set; }
    }

    private sealed class TakeConsumer : IConsumer<Take>
    {
        public static ConcurrentDictionary<Guid, ActivityTraceId> Seen { get; } = new();

        public Task Consume(ConsumeContext<Take> context)
        {
            Seen[context.Message.Id] = Activity.Current!.TraceId;
            return context.Publish(new Taken(context.Message.Id));
        }
    }

    private sealed class TripMachine : MassTransitStateMachine<Trip>
    {
        public TripMachine()
        {
            InstanceState(trip => trip.CurrentState);
            Initially(When(Taken).Then(context => Seen[context.Saga.CorrelationId] = Activity.Current!.TraceId).TransitionTo(UnderWay));
        }

        public static ConcurrentDictionary<Guid, ActivityTraceId> Seen { get; } = new();

        public State UnderWay { get; private set; } = null!;

        public Event<Taken> Taken { get; private set; } = null!;
    }

    private sealed class Spans : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<(ActivityTraceId Trace, string Name)> _ended = new();

        public override void OnEnd(Activity data) => _ended.Enqueue((data.TraceId, data.DisplayName));

        public IReadOnlyList<string> Of(ActivityTraceId trace) => [.. _ended.Where(span => span.Trace == trace).Select(span => span.Name)];
    }

    private sealed class Metrics : BaseExporter<Metric>
    {
        public ConcurrentQueue<(string Meter, string Name)> Names { get; } = new();

        public override ExportResult Export(in OpenTelemetry.Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                Names.Enqueue((metric.MeterName, metric.Name));
            }

            return ExportResult.Success;
        }
    }
}
