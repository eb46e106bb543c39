using Bus.Jobs;
using Bus.Services.Notifications;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Templates;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.UnitTests.Services.Notifications;

/// <summary>The tables of notifications in a SQLite database in memory, and what works on them.</summary>
internal sealed class NotificationTables : IAsyncDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    private NotificationTables()
    {
        _connection.Open();
        Services = new ServiceCollection()
            .AddLogging()
            .AddDbContext<Tables>(options => options.UseSqlite(_connection))
            .AddNotifications<Tables>(new ConfigurationBuilder().Build())
            .BuildServiceProvider(validateScopes: true);
    }

    public ServiceProvider Services { get; }

    public static async Task<NotificationTables> CreateAsync()
    {
        var tables = new NotificationTables();
        await tables.InAsync<Tables, bool>(context => context.Database.EnsureCreatedAsync());
        return tables;
    }

    /// <summary>A delivery by SMS of an announcement.</summary>
    public async Task<Guid> AddAsync(DeliveryStatus status, DateTimeOffset? since = null)
    {
        var delivery = new DeliveryRecord { Id = Guid.CreateVersion7(), NotificationId = Guid.CreateVersion7(), Recipient = "ann", Channel = NotificationChannel.Sms, Address = "+4712345678", Status = status, ChangedAt = since ?? TimeProvider.System.GetUtcNow() };
        await InAsync<NotificationDb, bool>(async db =>
        {
            db.Notifications.Add(new NotificationRecord { Id = delivery.NotificationId, Template = "announcement", Data = """{"title":"T","text":"t"}""", CreatedAt = delivery.ChangedAt });
            db.Deliveries.Add(delivery);
            await db.SaveAsync(CancellationToken.None);
            return true;
        });
        return delivery.Id;
    }

    public Task<DeliveryRecord?> FindAsync(Guid id) => InAsync<NotificationDb, DeliveryRecord?>(db => db.Deliveries.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id));

    /// <summary>Runs the job of a delivery once.</summary>
    /// <returns>Whether it was sent.</returns>
    public Task<bool> RunAsync(Guid id, Func<FilledMessage, Task<string?>> send) => InAsync<IServiceProvider, bool>(async scope =>
    {
        var run = new JobRun(Guid.NewGuid(), 1, 1, (_, _) => Task.CompletedTask, (_, _) => { }, null!, CancellationToken.None);
        var isSent = await scope.GetRequiredService<DeliveryRun>().RunAsync(id, run, (message, _) => send(message), DeliveryStatus.Sent);
        await scope.GetRequiredService<NotificationDb>().SaveAsync(CancellationToken.None);
        return isSent;
    });

    public async Task<TResult> InAsync<TService, TResult>(Func<TService, Task<TResult>> work)
        where TService : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal sealed class Tables(DbContextOptions<Tables> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddNotificationEntities();
    }
}
