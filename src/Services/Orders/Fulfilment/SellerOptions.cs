namespace Bus.Services.Orders.Fulfilment;

/// <summary>Settings of the seller as invoices show it: section <c>Bus:Orders:Seller</c>. What is empty is left out.</summary>
public sealed class SellerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus:Orders:Seller";

    /// <summary>The company's name. Default <c>Bus Sample Shop</c>.</summary>
    public string Name { get; set; } = "Bus Sample Shop";

    /// <summary>Street and house number. Default empty.</summary>
    public string Street { get; set; } = "";

    /// <summary>The postal code. Default empty.</summary>
    public string PostalCode { get; set; } = "";

    /// <summary>The city. Default empty.</summary>
    public string City { get; set; } = "";

    /// <summary>The country. Default empty.</summary>
    public string Country { get; set; } = "";

    /// <summary>The number that the tax office knows it by. Default empty.</summary>
    public string TaxId { get; set; } = "";
}
