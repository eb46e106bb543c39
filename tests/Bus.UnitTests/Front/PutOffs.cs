using System.Collections.Concurrent;
using Bus.Persistence;
using Bus.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Bus.UnitTests.Front;

/// <summary>Buses that put failed messages off by ten seconds, and by ten minutes then.</summary>
internal static class PutOffs
{
    public static readonly Dictionary<string, string?> Settings = new()
    {
        ["Bus:Retry:MaxAttempts"] = "2",
        ["Bus:Retry:Redelivery:0"] = "00:00:10",
        ["Bus:Retry:Redelivery:1"] = "00:10:00",
    };

    public static Task<TestBus> StartAsync<TDbContext>(Action<BusBuilder> configure)
        where TDbContext : DbContext => TestBus.StartAsync(
        b =>
        {
            b.UseDatabase<TDbContext>();
            configure(b);
        },
        Settings);
}

public sealed record Chore(Guid Id, int FailsBefore);

/// <summary>Fails at as many deliveries as the message says.</summary>
internal sealed class Patient : IConsumer<Chore>
{
    private static readonly ConcurrentDictionary<Guid, int> Counts = new();

    public static int Runs(Chore chore) => Counts.GetValueOrDefault(chore.Id);

    public Task Consume(ConsumeContext<Chore> context)
    {
        Counts.AddOrUpdate(context.Message.Id, 1, (_, count) => count + 1);
        return context.GetRedeliveryCount() < context.Message.FailsBefore ? throw new TimeoutException() : Task.CompletedTask;
    }
}

internal sealed class ChoreDb(DbContextOptions<ChoreDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
}
