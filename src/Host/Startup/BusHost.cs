using Bus.Host.Reports;
using Bus.Host.Schema;
using Bus.Host.Web;
using Bus.Sagas.Images;
using Bus.Sagas.Orders;
using Bus.Services.Images;
using Bus.Services.Notifications;
using Bus.Services.Orders;
using Bus.Services.Orders.Fulfilment;
using Bus.Services.Reports;
using Bus.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bus.Host.Startup;

/// <summary>Puts the application together: bus, database, sagas, services, HTTP.</summary>
internal static partial class BusHost
{
    /// <summary>Builds the application.</summary>
    /// <exception cref="SettingsException">Settings are wrong; all that is wrong is named.</exception>
    public static WebApplication Build(string[] settings, IEnumerable<KeyValuePair<string, string?>>? last = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ApplicationName = typeof(BusHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        HostConfiguration.Fill(builder.Configuration, settings, last);
        var own = HostSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(own);
        builder.WebHost.UseUrls([.. own.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddObservability();
        AddApplication(builder, own);
        builder.AddWeb(own);
        configure?.Invoke(builder);
        var app = builder.Build();
        // Before the routes: mapping the health checks makes the bus, which with wrong settings would throw the first error only.
        Check(app);
        app.UseWeb(own);
        return app;
    }

    /// <summary>Brings the database's schema up, or checks that it is, before anything starts.</summary>
    /// <exception cref="SchemaException">The database's schema is not the one this program works with.</exception>
    public static async Task PrepareAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var schema = app.Services.GetRequiredService<SchemaMigrator>();
        if (app.Services.GetRequiredService<HostSettings>().Migrate == MigrateMode.AtStart)
        {
            await schema.ApplyAsync(cancellationToken);
        }
        else
        {
            await schema.RequireCurrentAsync(cancellationToken);
        }
    }

    /// <summary>Logs which transport, database, folder and roles the settings have come to.</summary>
    public static void SayWhatItRunsOn(WebApplication app)
    {
        var (bus, own) = (app.Services.GetRequiredService<IOptions<BusOptions>>().Value, app.Services.GetRequiredService<HostSettings>());
        var folder = Path.GetFullPath(bus.DataFolder);
        LogRunsOn(app.Logger, bus.Transport, bus.Database, folder, own.Roles);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Messages go through {Transport}, data is in {Database}, files are in {Folder}, the roles are {Roles}. The API is at /api/images, /api/orders, /api/notifications, /api/reports and /api/jobs, described at /openapi/v1.json; health at /health/ready.")]
    private static partial void LogRunsOn(ILogger logger, BusTransport transport, BusDatabase database, string folder, HostRoles roles);

    private static void Check(WebApplication app)
    {
        List<string> errors = [.. app.Services.GetRequiredService<HostSettings>().Errors];
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (OptionsValidationException wrong)
        {
            errors.AddRange(wrong.Failures);
        }
        catch (AggregateException several)
        {
            errors.AddRange(several.InnerExceptions.SelectMany(x => x is OptionsValidationException wrong ? wrong.Failures : [x.Message]));
        }

        if (errors.Count > 0)
        {
            throw new SettingsException(errors);
        }
    }

    private static void AddApplication(WebApplicationBuilder builder, HostSettings own)
    {
        var services = builder.Services;
        services.AddImageServices(builder.Configuration);
        services.AddImageApi<HostDbContext>();
        services.AddReports(builder.Configuration);
        services.AddOrders<HostDbContext>(builder.Configuration);
        services.AddOrderFulfilment<HostDbContext>(builder.Configuration);
        services.AddScoped<IReportSource, ImageReport>();
        services.AddNotifications<HostDbContext>(builder.Configuration);
        // The services read and check the sections; the sagas, which do not know them, are handed their parts.
        services.AddOptions<ImagePlan>().Configure<IOptions<ImageOptions>>((plan, images) =>
            (plan.MaxWidth, plan.Quality, plan.WatermarkText) = (images.Value.MaxWidth, images.Value.Quality, images.Value.WatermarkText));
        services.AddOptions<OrderPlan>().Configure<IOptions<OrderOptions>>((plan, orders) => (plan.SettleAfter, plan.FulfilWithin) = (orders.Value.SettleAfter, orders.Value.FulfilWithin));
        services.AddSingleton<SchemaMigrator>();
        services.AddBus(builder.Configuration, bus => Compose(bus, own, builder.Configuration));
    }

    private static void Compose(BusBuilder bus, HostSettings own, IConfiguration configuration)
    {
        bus.RecognizeSettings(HostSettings.MigrateKey, ReportOptions.Section, OrderOptions.Section, NotificationOptions.Section);
        bus.UseDatabase<HostDbContext>();
        bus.AddSchedules();
        bus.AddJobs();
        bus.AddDeadLetters();
        if (own.Has(HostRoles.Worker))
        {
            bus.AddJobs(jobs => jobs.AddReportJobs(configuration).AddNotificationJobs(configuration));
            bus.Registration.AddImageSaga<HostDbContext>();
            bus.Registration.AddOrderSaga<HostDbContext>();
            bus.Registration.AddImageConsumers();
            bus.Registration.AddImageRecordConsumer();
            bus.Registration.AddOrderConsumers();
            bus.Registration.AddOrderFulfilmentConsumers();
            bus.PutOrdersOff();
            bus.Registration.AddNotificationConsumers();
            // Its writes are conditional and only go forward, so twice is as good as once: an inbox row would buy nothing.
            bus.Endpoint(ImageApiExtensions.RecordQueue, endpoint => endpoint.Delivery = DeliveryMode.AtLeastOnce);
        }

        if (own.Has(HostRoles.Api))
        {
            // News for the streams that are open here and now. What is missed is found in the row.
            var queue = ImageApiExtensions.NewsQueue();
            bus.Registration.AddImageNewsConsumer(queue);
            bus.Endpoint(queue, endpoint => endpoint.Delivery = DeliveryMode.AtMostOnce);
        }
    }
}
