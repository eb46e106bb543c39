using Bus.ContractTests.Sagas;
using Bus.Core.Recoverability;
using Bus.Persistence;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.DeadLetters;

public sealed class SagaLetterDb(DbContextOptions<SagaLetterDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        ((ISagaClassMap)new CounterMap()).Configure(modelBuilder);
    }
}

/// <summary>A message that a saga cannot handle is a dead letter as any other, and is completed by its replay.</summary>
public abstract class SagaLetterContract : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Guid _id = Guid.NewGuid();
    private IHost _host = null!;

    private CounterHooks Hooks => _host.Services.GetRequiredService<CounterHooks>();

    private IDeadLetters Letters => _host.Services.GetRequiredService<IDeadLetters>();

    protected abstract Task<IReadOnlyDictionary<string, string?>> SettingsAsync();

    protected abstract ValueTask CleanAsync();

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        foreach (var (name, value) in await SettingsAsync())
            builder.Configuration[name] = value;
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddSingleton<CounterHooks>();
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.UseDatabase<SagaLetterDb>();
            bus.AddDeadLetters();
            bus.Registration.AddSagaStateMachine<CounterStateMachine, Counter>();
            bus.Endpoint("counter", endpoint => endpoint.Retry = RetrySchedule.None);
        });
        _host = builder.Build();
        await using (var scope = _host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<SagaLetterDb>().Database.EnsureCreatedAsync();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Should_keep_what_the_saga_fails_on_and_complete_it_when_it_is_sent_again()
    {
        await PublishAsync(new StartCounter(_id, "one"));
        await UntilAsync(counter => counter?.Starts == 1);
        Hooks.OnPublished = _ => throw new InvalidOperationException("On purpose.");
        await PublishAsync(new Increment(_id));
        var letter = await LetterAsync();
        Assert.Equal(("counter", typeof(InvalidOperationException).FullName, "On purpose."), (letter.Queue, letter.ExceptionType, letter.ExceptionMessage));
        Assert.Equal(0, (await FindAsync())!.Count);

        Hooks.OnPublished = _ => Task.CompletedTask;
        Assert.True(await Letters.ReplayAsync(letter.Id));
        await UntilAsync(counter => counter?.Count == 1);
        Assert.Equal(0, await Letters.CountAsync(new DeadLetterQuery()));
    }

    [Fact]
    public async Task Should_keep_an_event_whose_instance_is_missing_and_complete_it_when_there_is_one()
    {
        await PublishAsync(new Increment(_id));
        var letter = await LetterAsync();
        Assert.Equal("counter", letter.Queue);
        Assert.NotNull(letter.ExceptionType);

        await PublishAsync(new StartCounter(_id, "two"));
        await UntilAsync(counter => counter?.Starts == 1);
        Assert.True(await Letters.ReplayAsync(letter.Id));
        await UntilAsync(counter => counter?.Count == 1);
        Assert.Equal(0, await Letters.CountAsync(new DeadLetterQuery()));
    }

    private Task PublishAsync<T>(T message)
        where T : class => _host.Services.GetRequiredService<IBus>().Publish(message);

    private async Task<DeadLetterSummary> LetterAsync()
    {
        await Eventually.AssertAsync(async () => await Letters.CountAsync(new DeadLetterQuery()) == 1, Patience);
        var letter = Assert.Single((await Letters.ListAsync(new DeadLetterQuery())).Letters);
        Assert.Equal((DeadLetterKind.Message, MessageUrn.ForTypeString<Increment>()), (letter.Kind, letter.MessageType));
        return letter;
    }

    private Task UntilAsync(Func<Counter?, bool> holds) => Eventually.AssertAsync(async () => holds(await FindAsync()), Patience);

    private async Task<Counter?> FindAsync()
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SagaLetterDb>().Set<Counter>().AsNoTracking().SingleOrDefaultAsync(counter => counter.CorrelationId == _id);
    }
}

public sealed class When_sagas_fail_on_sqlite : SagaLetterContract
{
    private readonly TemporaryFolder _folder = new();

    protected override Task<IReadOnlyDictionary<string, string?>> SettingsAsync() =>
        Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Bus:DataFolder"] = _folder.FullPath });

    protected override ValueTask CleanAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class When_sagas_fail_on_RabbitMq_and_postgres : SagaLetterContract
{
    private TestRabbitMq _broker = null!;
    private TestPostgres _database = null!;

    protected override async Task<IReadOnlyDictionary<string, string?>> SettingsAsync()
    {
        (_broker, _database) = (await TestRabbitMq.CreateVirtualHostAsync(), await TestPostgres.CreateDatabaseAsync());
        return new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Bus:Transport"] = "RabbitMq",
            ["Bus:Database"] = "PostgreSql",
            ["ConnectionStrings:RabbitMq"] = _broker.Uri.ToString(),
            ["ConnectionStrings:Bus"] = _database.ConnectionString,
        };
    }

    protected override async ValueTask CleanAsync()
    {
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
    }
}
