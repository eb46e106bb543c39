using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;

namespace Bus.Sagas.Orders;

/// <summary>What the customer is told. A notice has one id per order, so that it is told once however often it is asked for.</summary>
internal static class OrderNotices
{
    private const string ConfirmationTemplate = "order-confirmation";
    private const string RefusedTemplate = "order-refused";
    private const string UndoneTemplate = "order-undone";
    private const int MostItems = 50;

    public static SendNotification Confirmation(OrderState order) => Notice(order, ConfirmationTemplate, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["number"] = order.Order!.Number,
        ["total"] = Amount(order.Order.Total, order.Order.Currency),
        ["items"] = Items(order.Order.Lines),
    });

    /// <summary>For who has not been answered so when ordering, as far as the saga knows.</summary>
    public static SendNotification Refused(OrderState order, string reason) => Ended(order, RefusedTemplate, reason);

    public static SendNotification Undone(OrderState order) => Ended(order, UndoneTemplate, order.Reason!);

    public static Guid ConfirmationId(Guid order) => Id(order, ConfirmationTemplate);

    /// <summary>As people write it: the smallest unit is not a hundredth everywhere.</summary>
    internal static string Amount(long smallestUnits, string currency)
    {
        var (unit, format) = currency switch
        {
            "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => (1m, "0"),
            "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => (1000m, "0.000"),
            _ => (100m, "0.00"),
        };
        return $"{(smallestUnits / unit).ToString(format, CultureInfo.InvariantCulture)} {currency}";
    }

    // What a notification carries has a limit, and an order may have a thousand lines.
    private static string Items(IReadOnlyList<OrderLine> lines)
    {
        IEnumerable<string> items = lines.Take(MostItems).Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Quantity} × {x.Name}"));
        return string.Join('\n', lines.Count <= MostItems ? items : items.Append(string.Create(CultureInfo.InvariantCulture, $"and {lines.Count - MostItems} more")));
    }

    private static SendNotification Ended(OrderState order, string template, string reason) => Notice(order, template, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["number"] = order.Order!.Number,
        ["total"] = Amount(order.Order.Total, order.Order.Currency),
        ["reason"] = reason,
    });

    private static SendNotification Notice(OrderState order, string template, Dictionary<string, string> data)
    {
        var customer = order.Order!.Customer;
        return new(Id(order.CorrelationId, template), template, order.CorrelationId, [new(customer.Id, customer.Name, customer.Email, customer.Phone)], data);
    }

    // A UUID of version 8: the bits are a hash of what it is the id of.
    private static Guid Id(Guid order, string template)
    {
        var hash = SHA256.HashData([.. order.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(template)]).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
