using Bus.Core.Recoverability;
using Bus.Services.Orders.Payments;
using MassTransit;

namespace Bus.Host.Startup;

/// <summary>
/// How long the work of orders is tried. Carriers and gateways are away for longer than retries in memory last, and what is given up undoes an order that is paid for: a message whose attempts are used up comes again, the
/// last time some eight minutes later, so before <c>Bus:Orders:FulfilWithin</c> ends. A refund has no such end, and is tried for hours.
/// </summary>
internal static class OrderQueueSettings
{
    private static readonly TimeSpan[] Rhythm = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5)];
    private static readonly TimeSpan[] RefundRhythm = [.. Rhythm, TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)];

    /// <summary>The consumers of orders, as their queues are named after them.</summary>
    internal static readonly IReadOnlyList<string> Steps =
    [
        "SettlePayment", "RefundPayment", "CommitStock", "ReleaseStock", "OrderRecord", "CreateShippingLabel", "VoidShippingLabel", "MakeInvoice", "CreditInvoice", "InformWarehouse", "RecallFromWarehouse", "AnalyseOrder",
    ];

    public static void PutOrdersOff(this BusBuilder bus)
    {
        var (names, prefix) = (new KebabCaseEndpointNameFormatter(includeNamespace: false), bus.Options.EndpointPrefix?.Trim());
        foreach (var step in Steps)
            bus.Endpoint(names.SanitizeName($"{prefix}{step}"), endpoint => endpoint.Redelivery ??= step == "RefundPayment" ? RefundRhythm : Rhythm);
        // Whatever made the gateway's answer unreadable, the next one may be readable.
        bus.ClassifyErrors(errors => errors.With<PaymentUnknownException>(ErrorClass.Transient));
    }
}
