using Bus.Core.Loops;
using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bus.Services.Notifications;

/// <summary>Removes notifications that are older than <see cref="NotificationOptions.Keep"/> and of which nothing waits any more, the deliveries first, in blocks. Removing twice is harmless, so every process may do it.</summary>
internal sealed partial class NotificationCleanup(IServiceScopeFactory scopes, IOptions<NotificationOptions> options, TimeProvider clock, ILogger<NotificationCleanup> logger) : BackgroundLoop(clock, Interval)
{
    private const int Block = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Keep == TimeSpan.Zero)
            return false;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NotificationDb>();
        var limit = Time.GetUtcNow() - options.Value.Keep;
        if (await db.Notifications.Where(x => x.CreatedAt < limit && x.State != NotificationState.Expanding && !db.Deliveries.Any(y => y.NotificationId == x.Id && y.Status == DeliveryStatus.Waiting)).OrderBy(x => x.CreatedAt).Select(x => (Guid?)x.Id).FirstOrDefaultAsync(cancellationToken) is not { } old)
            return false;
        var deliveries = await db.Deliveries.Where(x => x.NotificationId == old).OrderBy(x => x.Id).Select(x => x.Id).Take(Block).ToListAsync(cancellationToken);
        if (deliveries.Count > 0)
            await db.Deliveries.Where(x => deliveries.Contains(x.Id)).ExecuteDeleteAsync(cancellationToken);
        if (deliveries.Count < Block && await db.Notifications.Where(x => x.Id == old).ExecuteDeleteAsync(cancellationToken) > 0)
            Removed(old);
        return true;
    }

    protected override void OnError(Exception exception, TimeSpan retryIn) => Failed(exception, retryIn);

    [LoggerMessage(1, LogLevel.Debug, "Removed notification {Notification}, which was old")]
    private partial void Removed(Guid notification);

    [LoggerMessage(2, LogLevel.Warning, "Old notifications could not be removed; next try in {RetryIn}")]
    private partial void Failed(Exception exception, TimeSpan retryIn);
}

/// <summary>Says at the start where messages go that have no provider, and starts and stops the cleanup with the process.</summary>
internal sealed partial class NotificationService(NotificationCleanup cleanup, IOptions<NotificationOptions> options, ILogger<NotificationService> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Email.Host is null)
            NoServer("SMTP server", $"{NotificationOptions.Section}:Email:Host", new OutputFolder(options.Value.DataFolder, "mail").FullPath);
        if (options.Value.Sms.Url is null)
            NoServer("SMS provider", $"{NotificationOptions.Section}:Sms:Url", new OutputFolder(options.Value.DataFolder, "sms").FullPath);
        cleanup.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => cleanup.StopAsync(cancellationToken);

    [LoggerMessage(1, LogLevel.Information, "There is no {Server} (`{Setting}`): what would go there is written into {Folder}")]
    private partial void NoServer(string server, string setting, string folder);
}
