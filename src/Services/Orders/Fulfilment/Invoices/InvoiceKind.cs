namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>What a numbered document is. Each kind has numbers of its own.</summary>
internal enum InvoiceKind
{
    /// <summary>Asks for, and here acknowledges, money.</summary>
    Invoice = 0,

    /// <summary>Stands against an invoice.</summary>
    CreditNote = 1,
}

/// <summary>The words of kinds.</summary>
internal static class InvoiceKinds
{
    /// <summary>As it stands on the document.</summary>
    public static string Title(this InvoiceKind kind) => kind == InvoiceKind.Invoice ? "Invoice" : "Credit note";

    /// <summary>As it is in addresses and names of files.</summary>
    public static string Slug(this InvoiceKind kind) => kind == InvoiceKind.Invoice ? "invoice" : "credit-note";

    /// <summary>A number as people know it.</summary>
    public static string Number(this InvoiceKind kind, long number) => $"{(kind == InvoiceKind.Invoice ? "INV" : "CN")}-{number:D8}";
}
