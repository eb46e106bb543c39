using System.Collections.Concurrent;
using Bus.Persistence;
using Bus.SqliteTransport;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bus.ContractTests.Outbox;

public sealed record Note(int Number, string Text = "");

public sealed record Done(int Number, string Text = "");

public sealed record Command(int Number, string Text = "");

/// <summary>A row of the service's own, to see what was committed with what.</summary>
public sealed class Entry
{
    public int Id { get; set; }

    public int Number { get; set; }
}

/// <summary>A second row, so that a save is more than one statement.</summary>
public sealed class Mark
{
    public int Id { get; set; }
}

public sealed class OutboxDb(DbContextOptions<OutboxDb> options) : DbContext(options)
{
    public DbSet<Entry> Entries => Set<Entry>();

    public DbSet<Mark> Marks => Set<Mark>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
}

/// <summary>What the consumers of one test saw, and how they should behave.</summary>
public sealed class Journal
{
    public ConcurrentQueue<Note> Notes { get; } = new();

    public ConcurrentQueue<Done> Done { get; } = new();

    public ConcurrentQueue<Fault<Command>> Faults { get; } = new();

    public ConcurrentQueue<ConsumeContext<Note>> NoteContexts { get; } = new();

    private int _runs;

    public int Run() => Interlocked.Increment(ref _runs);

    public Func<Command, int, Task> OnCommand { get; set; } = (_, _) => Task.CompletedTask;
}

/// <summary>Publishes through the outbox without touching the database.</summary>
public sealed class PlainConsumer(Journal journal) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        var run = journal.Run();
        await context.Publish(new Done(context.Message.Number));
        await journal.OnCommand(context.Message, run);
    }
}

/// <summary>Adds a row and leaves the saving to the inbox.</summary>
public sealed class StoringConsumer(Journal journal, OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        var run = journal.Run();
        db.Entries.Add(new Entry { Number = context.Message.Number });
        await context.Publish(new Done(context.Message.Number));
        await journal.OnCommand(context.Message, run);
    }
}

/// <summary>Reads, adds a row and saves it itself, as most handlers do.</summary>
public sealed class SavingConsumer(Journal journal, OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        var run = journal.Run();
        var count = await db.Entries.CountAsync();
        db.Entries.Add(new Entry { Number = context.Message.Number });
        await db.SaveChangesAsync();
        await context.Publish(new Done(context.Message.Number, $"after {count}"));
        await journal.OnCommand(context.Message, run);
    }
}

/// <summary>Saves several rows as its first use of the database, then updates one without loading it.</summary>
public sealed class WritingConsumer(Journal journal, OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        var run = journal.Run();
        var entry = new Entry { Number = -1 };
        db.AddRange(entry, new Mark(), new Mark());
        await db.SaveChangesAsync();
        await db.Entries.Where(row => row.Id == entry.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Number, context.Message.Number));
        await context.Publish(new Done(context.Message.Number));
        await journal.OnCommand(context.Message, run);
    }
}

/// <summary>Meets a row that is there already, lets it be, and goes on.</summary>
public sealed class ForgivingConsumer(Journal journal, OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        var run = journal.Run();
        var mark = db.Add(new Mark { Id = 1 });
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            mark.State = EntityState.Detached;
        }

        db.Entries.Add(new Entry { Number = context.Message.Number });
        await context.Publish(new Done(context.Message.Number));
        await journal.OnCommand(context.Message, run);
    }
}

/// <summary>Begins a transaction of its own, which the inbox must refuse.</summary>
public sealed class SelfishConsumer(OutboxDb db) : IConsumer<Command>
{
    public async Task Consume(ConsumeContext<Command> context)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Entries.Add(new Entry { Number = context.Message.Number });
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}

public sealed class NoteObserver(Journal journal) : IConsumer<Note>, IConsumer<Done>, IConsumer<Fault<Command>>
{
    public Task Consume(ConsumeContext<Note> context)
    {
        journal.NoteContexts.Enqueue(context);
        journal.Notes.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<Done> context)
    {
        journal.Done.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<Fault<Command>> context)
    {
        journal.Faults.Enqueue(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>A service with an outbox, an inbox and a broker of its own (in memory, or a file of queues); two of them on one database are two processes.</summary>
public sealed class OutboxService : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TemporaryFolder? _queues;

    private OutboxService(IHost host, TemporaryFolder? queues) => (_host, _queues) = (host, queues);

    public IServiceProvider Services => _host.Services;

    public Journal Journal => _host.Services.GetRequiredService<Journal>();

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public IOutboxAdministration<OutboxDb> Administration => _host.Services.GetRequiredService<IOutboxAdministration<OutboxDb>>();

    public static async Task<OutboxService> StartAsync<TConsumer>(
        TestDatabase database, Action<IEntityFrameworkOutboxConfigurator>? outbox = null, Action<IBusRegistrationConfigurator>? bus = null, int retries = 3, bool queueFile = false, TemporaryFolder? shared = null, Action<IBusFactoryConfigurator>? configure = null, Action<IBusRegistrationConfigurator>? transport = null)
        where TConsumer : class, IConsumer
    {
        var own = queueFile && shared is null ? new TemporaryFolder() : null;
        var queues = shared ?? own;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        if (Environment.GetEnvironmentVariable("BUS_TEST_LOG") is not null)
            builder.Logging.AddSimpleConsole();
        // What is published before its subscription stands in the file reaches nobody.
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddSingleton<Journal>();
        builder.Services.AddDbContextPool<OutboxDb>(database.Configure);
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<TConsumer>().Endpoint(e => e.Name = "commands");
            // One at a time: what it saw last came last.
            x.AddConsumer<NoteObserver>().Endpoint(e => (e.Name, e.ConcurrentMessageLimit) = ("observer", 1));
            x.AddEntityFrameworkOutbox<OutboxDb>(o =>
            {
                o.UseBusOutbox();
                o.QueryDelay = TimeSpan.FromMilliseconds(200);
                o.Options.OwnerLease = TimeSpan.FromSeconds(3);
                outbox?.Invoke(o);
            });
            x.AddConfigureEndpointsCallback((context, name, endpoint) =>
            {
                if (name != "commands")
                    return;
                if (retries > 0)
                    endpoint.UseMessageRetry(retry => retry.Immediate(retries));
                endpoint.UseEntityFrameworkOutbox<OutboxDb>(context);
            });
            bus?.Invoke(x);
            if (transport is not null)
            {
                transport(x);
            }
            else if (database.SharedFile is { } file)
            {
                x.UsingSqlite((context, configurator) =>
                {
                    configurator.Host(host =>
                    {
                        host.Path = file;
                        host.SharesDatabase = true;
                    });
                    configure?.Invoke(configurator);
                    configurator.ConfigureEndpoints(context);
                });
            }
            else if (queues is null)
            {
                x.AddDelayedMessageScheduler();
                x.UsingInMemory((context, configurator) =>
                {
                    configurator.UseDelayedMessageScheduler();
                    configure?.Invoke(configurator);
                    configurator.ConfigureEndpoints(context);
                });
            }
            else
            {
                x.UsingSqlite((context, configurator) =>
                {
                    configurator.Host(queues["queues.db"]);
                    configure?.Invoke(configurator);
                    configurator.ConfigureEndpoints(context);
                });
            }
        });
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.EnsureCreatedAsync();
        await host.StartAsync();
        return new OutboxService(host, own);
    }

    /// <summary>Runs as a request handler would, with all that its scope has.</summary>
    public async Task InScopeAsync(Func<OutboxDb, IServiceProvider, Task> act)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<OutboxDb>(), scope.ServiceProvider);
    }

    /// <summary>Runs as a request handler would: in a scope with its own context and publish endpoint.</summary>
    public async Task InScopeAsync(Func<OutboxDb, IPublishEndpoint, Task> act)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<OutboxDb>(), scope.ServiceProvider.GetRequiredService<IPublishEndpoint>());
    }

    public async Task<T> QueryAsync<T>(Func<OutboxDb, Task<T>> query)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<OutboxDb>());
    }

    /// <summary>What two services on one database cannot do each with a broker of its own when that database is the broker.</summary>
    public static void SkipWhereQueuesAreShared(TestDatabase database) =>
        Xunit.Assert.SkipWhen(database.SharedFile is not null, "The two would share the queues: see When_queues_and_service_have_one_file.");

    /// <summary>Sends a command past the outbox, with a message id of the test's choice.</summary>
    public async Task SendAsync(Command command, Guid? messageId = null)
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri("queue:commands"));
        await endpoint.Send(command, context => context.MessageId = messageId ?? context.MessageId);
    }

    /// <summary>Returns when nothing is left in the outbox of this process.</summary>
    public async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Administration.WaitUntilDrainedAsync(limit.Token);
        await Eventually.AssertAsync(async () => (await Administration.GetStatusAsync(CancellationToken.None)).Waiting == 0);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        _queues?.Dispose();
    }
}
