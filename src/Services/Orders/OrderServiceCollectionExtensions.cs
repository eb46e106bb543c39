using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Payments;
using Bus.Services.Orders.Records;
using Bus.Services.Orders.Stock;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders;

/// <summary>The front door of orders.</summary>
public static class OrderServiceCollectionExtensions
{
    /// <summary>
    /// Adds the rows of orders and products in <typeparamref name="TDbContext"/> (whose model calls <c>AddOrderEntities</c>), what is behind <c>MapOrders</c>, the gateway, and the loop that keeps lists up. Settings come from
    /// <c>Bus:Orders</c> of <paramref name="configuration"/>; wrong ones stop the start, all named at once. Register another <see cref="IPaymentGateway"/> before (or after), as a singleton, to take money elsewhere.
    /// </summary>
    public static IServiceCollection AddOrders<TDbContext>(this IServiceCollection services, IConfiguration configuration)
        where TDbContext : DbContext
    {
        AddOptions(services, configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddScoped(provider => new OrderDb(provider.GetRequiredService<TDbContext>()));
        services.TryAddScoped<OrderJournal>();
        services.TryAddSingleton<Aside>();
        services.TryAddScoped<StockRoom>();
        services.TryAddScoped<ProductCatalog>();
        services.TryAddScoped<OrderPayment>();
        services.TryAddScoped<OrderDesk>();
        services.TryAddScoped<OrderOutcome>();
        services.TryAddScoped<OrderLists>();
        services.TryAddSingleton<IPaymentGateway>(provider => provider.GetRequiredService<IOptions<OrderOptions>>().Value.Gateway.Url is null
            ? ActivatorUtilities.CreateInstance<SandboxPaymentGateway>(provider)
            : ActivatorUtilities.CreateInstance<HttpPaymentGateway>(provider));
        services.TryAddSingleton<OrderProjector>();
        services.TryAddSingleton<OrderCleanup>();
        services.AddHostedService<MadeAtStart<IPaymentGateway>>();
        services.AddHostedService<LoopService<OrderProjector>>();
        services.AddHostedService<LoopService<OrderCleanup>>();
        return services;
    }

    /// <summary>Registers the consumers that settle, refund, sell and release, and the one that writes down how an order ended, each on an endpoint of its own. For the worker role; needs <see cref="AddOrders"/>.</summary>
    public static void AddOrderConsumers(this IRegistrationConfigurator configurator)
    {
        configurator.AddConsumer<SettlePaymentConsumer>();
        configurator.AddConsumer<RefundPaymentConsumer>();
        configurator.AddConsumer<CommitStockConsumer>();
        configurator.AddConsumer<ReleaseStockConsumer, ReleaseStockConsumerDefinition>();
        configurator.AddConsumer<OrderRecordConsumer>();
    }

    private static void AddOptions(IServiceCollection services, IConfiguration configuration)
    {
        var settings = new OrderSettings(configuration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OrderOptions>, OrderSettings>(_ => settings));
        services.AddOptions<OrderOptions>().Configure(options => settings.Fill(options)).ValidateOnStart();
    }
}
