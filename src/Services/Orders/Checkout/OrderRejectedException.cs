namespace Bus.Services.Orders.Checkout;

/// <summary>A request is refused; nothing was changed by it.</summary>
/// <param name="status">The HTTP status that says the same.</param>
/// <param name="title">What is wrong, the same for all of its kind.</param>
/// <param name="errors">All that is wrong, each a sentence with what to do.</param>
internal sealed class OrderRejectedException(int status, string title, IReadOnlyList<string> errors) : Exception(string.Join(' ', errors))
{
    public OrderRejectedException(int status, string title, string error)
        : this(status, title, [error])
    {
    }

    public int Status { get; } = status;

    public string Title { get; } = title;

    public IReadOnlyList<string> Errors { get; } = errors;
}
