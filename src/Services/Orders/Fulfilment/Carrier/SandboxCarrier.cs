using System.Collections.Concurrent;
using Bus.Contracts.Orders;
using Microsoft.Extensions.Logging;

namespace Bus.Services.Orders.Fulfilment.Carrier;

/// <summary>Stands in where no carrier is set: has a label for every order, except for those to Antarctica. No parcel is sent. The same order gets the same label, until it is voided; which orders were is forgotten with the process.</summary>
internal sealed partial class SandboxCarrier : ICarrier
{
    /// <summary>The country that is not served.</summary>
    public const string NotServed = "AQ";

    private readonly ConcurrentDictionary<Guid, bool> _voided = new();

    public SandboxCarrier(ILogger<SandboxCarrier> logger) => NothingIsSent(logger);

    public Task<string> CreateLabelAsync(Guid orderId, OrderAddress address, CancellationToken cancellationToken) =>
        string.Equals(address.Country, NotServed, StringComparison.OrdinalIgnoreCase)
            ? throw new CarrierRefusedException($"The carrier does not serve the country {NotServed}.")
            : _voided.ContainsKey(orderId) ? throw new CarrierRefusedException("The label was voided before it was made.")
            : Task.FromResult($"SANDBOX-{orderId:N}".ToUpperInvariant());

    public Task VoidLabelAsync(Guid orderId, CancellationToken cancellationToken)
    {
        _voided[orderId] = true;
        return Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Warning, "No carrier is set: labels are made up and nothing is sent. Set `Bus:Orders:Carrier:Url` to have real ones")]
    private static partial void NothingIsSent(ILogger logger);
}
