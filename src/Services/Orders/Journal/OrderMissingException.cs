namespace Bus.Services.Orders.Journal;

/// <summary>A message is about an order that is not in this process's database.</summary>
internal sealed class OrderMissingException(Guid orderId)
    : Exception($"There is no order {orderId:D} in this process's database, though a message is about it. All processes must use one database; was a backup restored?");
