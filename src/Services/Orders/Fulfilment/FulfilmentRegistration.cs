using Bus.Services.Orders.Fulfilment.Analytics;
using Bus.Services.Orders.Fulfilment.Carrier;
using Bus.Services.Orders.Fulfilment.Invoices;
using Bus.Services.Orders.Fulfilment.Warehouse;
using Bus.Services.Orders.Journal;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Bus.Services.Orders.Fulfilment;

/// <summary>The front door of what is done for an order once it is paid for, and of what undoes it.</summary>
public static class FulfilmentRegistration
{
    /// <summary>
    /// Adds labels, invoices, the warehouse and statistics, with rows in <typeparamref name="TDbContext"/> (whose model calls <c>AddOrderFulfilmentEntities</c> and <c>AddOrderEntities</c>). Settings come from
    /// <c>Bus:Orders:Carrier</c>, <c>Bus:Orders:Seller</c>, <c>Bus:Orders:Fulfilment</c> and <c>Bus:DataFolder</c>; wrong ones stop the start, all named at once. Register another <see cref="ICarrier"/> before, as a singleton, to use a
    /// carrier's own library.
    /// </summary>
    public static IServiceCollection AddOrderFulfilment<TDbContext>(this IServiceCollection services, IConfiguration configuration)
        where TDbContext : DbContext
    {
        // Now, and not with the first invoice: the program may write documents of its own before.
        InvoiceFont.Register();
        var settings = new FulfilmentSettings(configuration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FulfilmentOptions>, FulfilmentSettings>(_ => settings));
        services.AddOptions<FulfilmentOptions>().Configure(options => settings.Fill(options)).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddScoped(provider => new OrderDb(provider.GetRequiredService<TDbContext>()));
        services.TryAddScoped<OrderJournal>();
        services.TryAddScoped<InvoiceNumbers>();
        services.TryAddScoped<OrderStatistics>();
        services.TryAddSingleton<Aside>();
        services.TryAddSingleton(provider => new InvoiceFolder(provider.GetRequiredService<IOptions<FulfilmentOptions>>().Value.DataFolder));
        services.TryAddSingleton<InvoiceDesk>();
        services.TryAddSingleton<ICarrier>(provider => provider.GetRequiredService<IOptions<FulfilmentOptions>>().Value.Carrier.Url is null
            ? ActivatorUtilities.CreateInstance<SandboxCarrier>(provider)
            : ActivatorUtilities.CreateInstance<HttpCarrier>(provider));
        services.TryAddSingleton<StatisticsLoop>();
        services.AddHostedService<MadeAtStart<ICarrier>>();
        services.AddHostedService<LoopService<StatisticsLoop>>();
        return services;
    }

    /// <summary>Registers the consumers, each on an endpoint of its own. For processes that have the worker role; needs <see cref="AddOrderFulfilment{TDbContext}"/>. Retries are those of <c>AddBus</c>.</summary>
    public static void AddOrderFulfilmentConsumers(this IRegistrationConfigurator configurator)
    {
        configurator.AddConsumer<CreateShippingLabelConsumer, CreateShippingLabelConsumerDefinition>();
        configurator.AddConsumer<VoidShippingLabelConsumer, VoidShippingLabelConsumerDefinition>();
        configurator.AddConsumer<MakeInvoiceConsumer, MakeInvoiceConsumerDefinition>();
        configurator.AddConsumer<CreditInvoiceConsumer, CreditInvoiceConsumerDefinition>();
        configurator.AddConsumer<InformWarehouseConsumer, InformWarehouseConsumerDefinition>();
        configurator.AddConsumer<RecallFromWarehouseConsumer, RecallFromWarehouseConsumerDefinition>();
        configurator.AddConsumer<AnalyseOrderConsumer, AnalyseOrderConsumerDefinition>();
    }
}
