namespace Bus.Sagas.Orders;

/// <summary>What follows from how an order's branches stand.</summary>
internal enum OrderNext
{
    /// <summary>All may still end well.</summary>
    Wait,

    /// <summary>Every branch has ended, and those that the order cannot do without have ended well.</summary>
    Complete,

    /// <summary>It will be undone, once it is known of every branch what there is to undo.</summary>
    Stop,

    /// <summary>It is to be undone now.</summary>
    Undo,
}
