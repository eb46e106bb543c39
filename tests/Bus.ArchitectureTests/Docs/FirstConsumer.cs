using Bus;
using Bus.Persistence;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Bus.ArchitectureTests.Docs;

public sealed record OrderSubmitted(Guid OrderId);

public sealed class OrderSubmittedConsumer : IConsumer<OrderSubmitted>
{
    public Task Consume(ConsumeContext<OrderSubmitted> context) => Console.Out.WriteLineAsync($"Order {context.Message.OrderId}");
}

public sealed class ShopDbContext(DbContextOptions<ShopDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
}

/// <summary>The README's first service, so that the compiler reads it too.</summary>
internal static class FirstConsumer
{
    public static void Run(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddBus(builder.Configuration, bus => bus.Registration.AddConsumer<OrderSubmittedConsumer>());

        var app = builder.Build();
        app.MapPost("/orders", async (IPublishEndpoint publisher) =>
        {
            var order = new OrderSubmitted(Guid.NewGuid());
            await publisher.Publish(order);
            return Results.Accepted($"/orders/{order.OrderId}");
        });
        app.Run();
    }
}
