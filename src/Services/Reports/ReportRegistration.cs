using Bus.Core.Recoverability;
using Bus.Jobs;
using Bus.Services.Reports.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bus.Services.Reports;

/// <summary>The front door of the reports.</summary>
public static class ReportRegistration
{
    // The same in a process that only asks for them.
    internal const string Queue = "reports";

    /// <summary>Adds what reports need: their folder, and its cleanup. Settings come from <c>Bus:Reports</c> and <c>Bus:DataFolder</c>; wrong ones stop the start, all named at once. What reports are about are the <see cref="IReportSource"/>s that are registered. Needs <c>bus.AddJobs</c>.</summary>
    public static IServiceCollection AddReports(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = new ReportSettings(configuration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ReportOptions>, ReportSettings>(_ => settings));
        services.AddOptions<ReportOptions>().Configure(options => settings.Fill(options)).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ReportFolder(provider.GetRequiredService<IOptions<ReportOptions>>().Value.DataFolder, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ReportCleanup>();
        services.AddHostedService<LoopService<ReportCleanup>>();
        return services;
    }

    /// <summary>Lets this process write and deliver reports. For the worker role; needs <see cref="AddReports"/>.</summary>
    public static JobsBuilder AddReportJobs(this JobsBuilder jobs, IConfiguration configuration)
    {
        var options = new ReportOptions();
        new ReportSettings(configuration).Fill(options);
        return jobs
            .Handle<ExportReportHandler>(type => type.Queue = Queue)
            .Handle<DeliverReportHandler>(type =>
            {
                type.Queue = Queue;
                type.Retry = new RetrySchedule { MaxAttempts = options.DeliveryAttempts, FirstDelay = options.DeliveryDelay, MaxDelay = TimeSpan.FromHours(1) };
            });
    }
}
