using Bus.Core.Faults;
using Bus.Endpoints;
using Bus.Hosting;
using Bus.Settings;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Bus;

/// <summary>The front door.</summary>
public static class BusServiceCollectionExtensions
{
    /// <summary>
    /// Adds the bus as the section <c>Bus</c> and the connection strings <c>Bus</c> and <c>RabbitMq</c> of <paramref name="configuration"/> say. Wrong settings
    /// do not throw here: the start of the host fails and lists all of them. Call it once per container.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configuration">The root of the configuration. It is read now; later changes have no effect.</param>
    /// <param name="configure">Registers consumers and sagas, and says what differs from the defaults.</param>
    public static IServiceCollection AddBus(this IServiceCollection services, IConfiguration configuration, Action<BusBuilder> configure)
    {
        var settings = new BusSettings(configuration);
        services.TryAddSingleton(TimeProvider.System);
        AddSettings(services, settings);
        services.AddMassTransit(registration =>
        {
            registration.SetEndpointNameFormatter(EndpointNaming.Formatter(settings.Options.EndpointPrefix));
            // A broker that is down does not make this process unfit: transactions still commit, and their messages leave later.
            registration.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
            var builder = new BusBuilder(registration, settings);
            configure(builder);
            builder.Complete();
            registration.DisableUsageTelemetry();
        });
        ReplaceHostedService(services);
        SetTimeouts(services, settings.Options);
        AddFaultPoints(services);
        return services;
    }

    private static void AddSettings(IServiceCollection services, BusSettings settings)
    {
        services.AddSingleton<IValidateOptions<BusOptions>>(new BusOptionsValidator(settings));
        services.AddSingleton<IOptionsFactory<BusOptions>>(provider =>
            new ReadOptionsFactory(settings.Options, provider.GetServices<IValidateOptions<BusOptions>>()));
        services.AddOptions<BusOptions>().ValidateOnStart();
    }

    private static void ReplaceHostedService(IServiceCollection services)
    {
        services.RemoveHostedService<MassTransitHostedService>();
        services.AddHostedService<BusHostedService>();
    }

    private static void SetTimeouts(IServiceCollection services, BusOptions options)
    {
        services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = true;
            host.StopTimeout = options.ShutdownTimeout;
        });
        // The host's own limit covers all its services, so it must not cut ours short.
        services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = host.ShutdownTimeout > options.ShutdownTimeout + TimeSpan.FromSeconds(5) ? host.ShutdownTimeout : options.ShutdownTimeout + TimeSpan.FromSeconds(5));
        // Whoever asks for telemetry later than we switch it off does not get it.
        services.PostConfigure<UsageTelemetryOptions>(telemetry => telemetry.Enabled = false);
    }

    private static void AddFaultPoints(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(FaultPoint.Variable) is { Length: > 0 })
        {
            services.AddReceiveObserver<AcknowledgedFaultObserver>();
        }
    }
}
