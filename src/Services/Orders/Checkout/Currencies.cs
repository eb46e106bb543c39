namespace Bus.Services.Orders.Checkout;

/// <summary>The currencies that can be paid in: those of ISO 4217 that a country has today.</summary>
internal static class Currencies
{
    private const string Codes =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
        + "GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
        + "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS "
        + "VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

    private static readonly HashSet<string> Known = [.. Codes.Split(' ')];

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => Known;

    /// <summary>The code; empty, and an error, where there is no such currency.</summary>
    public static string Check(string? code, string field, List<string> errors)
    {
        if (code is not null && Known.Contains(code))
            return code;
        errors.Add($"`{field}` must be an ISO 4217 code such as NOK, but was {(code is null ? "missing" : $"'{(code.Length <= 8 && code.All(char.IsAsciiLetterOrDigit) ? code : "something else")}'")}.");
        return "";
    }
}
