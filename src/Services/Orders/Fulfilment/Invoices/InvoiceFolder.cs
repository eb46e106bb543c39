namespace Bus.Services.Orders.Fulfilment.Invoices;

/// <summary>The files of invoices and credit notes, one of each an order. Thread-safe, also over processes.</summary>
internal sealed class InvoiceFolder(string dataFolder)
{
    private readonly string _root = Path.Combine(Path.GetFullPath(dataFolder), "invoices");

    /// <summary>Saves a file, unless there is one: what somebody may have downloaded does not change. When it returns the bytes survive a power cut; when it throws there is nothing, or what was there before.</summary>
    /// <returns>The bytes of the file.</returns>
    public async Task<byte[]> AddAsync(Guid orderId, InvoiceKind kind, byte[] content, CancellationToken cancellationToken) =>
        await DurableFolder.TryAddAsync(PathOf(orderId, kind), file => file.WriteAsync(content, cancellationToken).AsTask()) ? content : await ReadAsync(orderId, kind, cancellationToken) ?? content;

    /// <summary>The bytes; null when there is no such file.</summary>
    public async Task<byte[]?> ReadAsync(Guid orderId, InvoiceKind kind, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(orderId, kind), cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(Guid orderId, InvoiceKind kind) => Path.Combine(_root, $"{orderId:N}-{kind.Slug()}.pdf");
}
