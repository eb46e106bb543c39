using System.Globalization;

namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>Writes amounts for people: the currency's smallest unit becomes its main one.</summary>
internal static class CurrencyText
{
    // ISO 4217 gives all others two.
    private static readonly HashSet<string> None = new(StringComparer.Ordinal) { "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF" };
    private static readonly HashSet<string> Three = new(StringComparer.Ordinal) { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND" };

    /// <summary>As <c>1,234.50</c>.</summary>
    public static string Of(long amount, string currency)
    {
        var decimals = None.Contains(currency) ? 0 : Three.Contains(currency) ? 3 : 2;
        return (amount / Power(decimals)).ToString($"N{decimals}", CultureInfo.InvariantCulture);
    }

    private static decimal Power(int decimals) => decimals switch { 0 => 1m, 3 => 1000m, _ => 100m };
}
