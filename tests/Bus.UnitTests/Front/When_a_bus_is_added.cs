using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_a_bus_is_added
{
    [Fact]
    public async Task Should_report_nothing_to_anyone()
    {
        await using var host = await BusHost.StartAsync(bus => bus.Registration.ConfigureUsageTelemetryOptions(telemetry => telemetry.Enabled = true));

        Assert.False(host.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }

    [Fact]
    public async Task Should_name_queues_in_kebab_case_after_the_prefix()
    {
        await using var host = await BusHost.StartAsync(_ => { }, ("Bus:EndpointPrefix", "shop"));

        var names = host.Services.GetRequiredService<IEndpointNameFormatter>();

        Assert.Equal("shop-submit-order", names.Consumer<SubmitOrderConsumer>());
    }

    [Fact]
    public async Task Should_be_healthy_once_started()
    {
        await using var host = await BusHost.StartAsync(bus => bus.Registration.AddConsumer<SubmitOrderConsumer>());

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"));

        Assert.Equal(HealthStatus.Healthy, report.Status);
    }

    [Fact]
    public async Task Should_start_degraded_while_the_broker_is_away()
    {
        await using var host = await BusHost.StartAsync(
            bus => bus.Registration.AddConsumer<SubmitOrderConsumer>(),
            ("Bus:Transport", "RabbitMq"), ("ConnectionStrings:RabbitMq", "amqp://guest:guest@127.0.0.1:1/"), ("Bus:StartTimeout", "00:00:00.2"));

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Degraded, report.Status);
    }

    [Fact]
    public async Task Should_give_handlers_their_time_at_shutdown()
    {
        await using var host = await BusHost.StartAsync(_ => { }, ("Bus:ShutdownTimeout", "00:01:00"));

        Assert.True(host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout >= TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(1), host.Services.GetRequiredService<IOptions<MassTransitHostOptions>>().Value.StopTimeout);
    }

    public sealed record SubmitOrder(string Number);

    private sealed class SubmitOrderConsumer : IConsumer<SubmitOrder>
    {
        public Task Consume(ConsumeContext<SubmitOrder> context) => Task.CompletedTask;
    }
}
