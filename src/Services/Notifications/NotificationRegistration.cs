using Bus.Jobs;
using Bus.Services.Notifications.Accepting;
using Bus.Services.Notifications.Audiences;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Email;
using Bus.Services.Notifications.Http;
using Bus.Services.Notifications.Push;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Sms;
using Bus.Services.Notifications.Templates;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications;

/// <summary>The front door of notifications.</summary>
public static class NotificationRegistration
{
    // Each may want a connection of the database.
    private const int MostPlaces = 256;

    /// <summary>
    /// Adds what notifications need, whose rows are in <typeparamref name="TDbContext"/> (its model calls <c>AddNotificationEntities</c>), and the hourly removal of those that are old. Settings come from <c>Bus:Notifications</c> and
    /// <c>Bus:DataFolder</c>; wrong ones, and wrong templates, stop the start, all named at once. Needs <c>bus.AddJobs</c>.
    /// </summary>
    public static IServiceCollection AddNotifications<TDbContext>(this IServiceCollection services, IConfiguration configuration)
        where TDbContext : DbContext
    {
        var settings = new NotificationSettings(configuration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NotificationOptions>, NotificationSettings>(_ => settings));
        services.AddOptions<NotificationOptions>().Configure(options => settings.Fill(options)).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddScoped(provider => new NotificationDb(provider.GetRequiredService<TDbContext>()));
        services.TryAddScoped<NotificationIntake>();
        services.TryAddScoped<DeliveryWriter>();
        services.TryAddScoped<DeliveryRun>();
        services.TryAddScoped<ContactImport>();
        services.TryAddScoped<NotificationReader>();
        services.TryAddScoped<SmsCallbacks>();
        services.TryAddSingleton<DeliveryFailures>();
        services.TryAddSingleton(provider => new TemplateStore(Options(provider).Templates));
        services.TryAddSingleton<IMailer>(provider => Options(provider) is { Email.Host: not null } options ? new SmtpMailer(options.Email, Clock(provider)) : new FolderMailer(Options(provider).DataFolder));
        services.TryAddSingleton<ISmsSender>(provider => Options(provider) is { Sms.Url: not null } options ? new HttpSmsSender(options.Sms, Clock(provider)) : new FolderSmsSender(Options(provider).DataFolder));
        services.TryAddSingleton(provider => Webhooks(Options(provider).Push, Clock(provider)));
        services.TryAddSingleton<NotificationCleanup>();
        services.AddHostedService<NotificationService>();
        return services;
    }

    /// <summary>Registers the consumers of the two commands, on the queues <c>send-notification</c> and <c>notify-audience</c>. For the worker role; needs <see cref="AddNotifications"/>.</summary>
    public static void AddNotificationConsumers(this IRegistrationConfigurator configurator)
    {
        configurator.AddConsumer<SendNotificationConsumer>();
        configurator.AddConsumer<NotifyAudienceConsumer>();
    }

    /// <summary>Lets this process write audiences down, and deliver: by the queues <c>email</c>, <c>sms</c> and <c>push</c>, each with its own limits. Raises <see cref="JobsOptions.Concurrency"/> to twice the sum of theirs, at most 256, unless it is 0. For the worker role; needs <see cref="AddNotifications"/>.</summary>
    public static JobsBuilder AddNotificationJobs(this JobsBuilder jobs, IConfiguration configuration)
    {
        var options = NotificationSettings.Read(configuration);
        // Types with limits share half of the places of a process: the channels together fit in there, so that none that is slow keeps another waiting.
        if (jobs.Options.Concurrency > 0)
            jobs.Options.Concurrency = Math.Max(jobs.Options.Concurrency, Math.Min(MostPlaces, 2 * (options.Email.Concurrency + options.Sms.Concurrency + options.Push.Concurrency)));
        return jobs
            .Handle<ExpandAudienceHandler>(type => type.Queue = ChannelQueues.Audiences)
            .Handle<ConfirmSmsHandler>(type => type.Queue = ChannelQueues.Audiences)
            .Handle<EmailHandler>(type => ChannelPolicy.Apply(type, ChannelQueues.Of(NotificationChannel.Email), options.Email, rests: true))
            .Handle<SmsHandler>(type => ChannelPolicy.Apply(type, ChannelQueues.Of(NotificationChannel.Sms), options.Sms, rests: true))
            .Handle<PushHandler>(type =>
            {
                ChannelPolicy.Apply(type, ChannelQueues.Of(NotificationChannel.Push), options.Push, rests: false);
                type.ConcurrencyPerKey = options.Push.ConcurrencyPerHost;
            });
    }

    private static WebhookClient Webhooks(PushOptions push, TimeProvider clock)
    {
        var options = new WebhookOptions();
        foreach (var host in NotificationChecks.Words(push.AllowedHosts))
            options.AllowedHosts.Add(host);
        foreach (var secret in NotificationChecks.Words(push.Secrets))
            options.Secrets.Add(secret);
        return new WebhookClient(options, "PushUrl", $"{NotificationOptions.Section}:Push:", clock);
    }

    private static NotificationOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<NotificationOptions>>().Value;

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
