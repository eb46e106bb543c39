using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>A handler may ask for its context by an interface or a base class. What it adds there is committed with its message all the same.</summary>
public sealed class When_a_context_has_another_name : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.SqliteAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public Task Should_save_what_a_handler_added_by_the_interface_of_a_pool() =>
        AssertSavedAsync<LedgerKeeper>(services => services.AddDbContextPool<ILedger, LedgerDb>(_database.Configure));

    [Fact]
    public Task Should_save_what_a_handler_added_by_an_interface() =>
        AssertSavedAsync<LedgerKeeper>(services => services.AddDbContext<ILedger, LedgerDb>(_database.Configure));

    [Fact]
    public Task Should_save_what_a_handler_added_by_the_base_class() =>
        AssertSavedAsync<AnyKeeper>(services => services.AddDbContext<DbContext, LedgerDb>(_database.Configure));

    [Fact]
    public Task Should_save_what_a_handler_added_by_an_interface_that_was_registered_last() =>
        AssertSavedAsync<LedgerKeeper>(services => services.AddDbContextPool<LedgerDb>(_database.Configure), services => services.AddDbContextPool<ILedger, LedgerDb>(_database.Configure));

    private static async Task AssertSavedAsync<TConsumer>(Action<IServiceCollection> before, Action<IServiceCollection>? after = null)
        where TConsumer : class, IConsumer
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        before(builder.Services);
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<TConsumer>().Endpoint(e => e.Name = "ledger");
            x.AddEntityFrameworkOutbox<LedgerDb>();
            x.AddConfigureEndpointsCallback((context, _, endpoint) => endpoint.UseEntityFrameworkOutbox<LedgerDb>(context));
            x.UsingInMemory((context, configurator) => configurator.ConfigureEndpoints(context));
        });
        after?.Invoke(builder.Services);
        using var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<LedgerDb>().Database.EnsureCreatedAsync();
        await host.StartAsync();
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:ledger"));
        await endpoint.Send(new Command(7));
        await Eventually.AssertAsync(async () =>
        {
            await using var scope = host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<LedgerDb>();
            return await db.Set<Persistence.Inbox.InboxState>().AnyAsync();
        });
        await using (var scope = host.Services.CreateAsyncScope())
            Assert.Equal(7, (await scope.ServiceProvider.GetRequiredService<LedgerDb>().Entries.SingleAsync()).Number);
        await host.StopAsync();
    }
}

public interface ILedger
{
    DbSet<Entry> Entries { get; }
}

public sealed class LedgerDb(DbContextOptions<LedgerDb> options) : DbContext(options), ILedger
{
    public DbSet<Entry> Entries => Set<Entry>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
}

public sealed class LedgerKeeper(ILedger ledger) : IConsumer<Command>
{
    public Task Consume(ConsumeContext<Command> context)
    {
        ledger.Entries.Add(new Entry { Number = context.Message.Number });
        return Task.CompletedTask;
    }
}

public sealed class AnyKeeper(DbContext db) : IConsumer<Command>
{
    public Task Consume(ConsumeContext<Command> context)
    {
        db.Add(new Entry { Number = context.Message.Number });
        return Task.CompletedTask;
    }
}
