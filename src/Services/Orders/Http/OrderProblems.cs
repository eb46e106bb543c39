using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Journal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Services.Orders.Http;

/// <summary>The API's errors, as problem+json (RFC 9457); <c>errors</c> has all that is wrong.</summary>
internal static class OrderProblems
{
    public static ProblemHttpResult Of(OrderRejectedException refused) => TypedResults.Problem(
        refused.Message, statusCode: refused.Status, title: refused.Title, extensions: [new("errors", refused.Errors)]);

    public static ProblemHttpResult Unpaid(OrderView order) => TypedResults.Problem(
        IsGivenUp(order) ? $"{order.Reason} Order again with another Idempotency-Key." : $"{order.Reason} Nothing was charged. Order again with another means of payment, and another Idempotency-Key.",
        statusCode: StatusCodes.Status402PaymentRequired,
        title: IsGivenUp(order) ? "The payment was not confirmed" : "The payment was declined",
        extensions: [new("order", order)]);

    private static bool IsGivenUp(OrderView order) => order.Story.Any(entry => entry.What == new OrderFact.GivenUp("").Name);

    public static ProblemHttpResult NotFound(Guid id) =>
        TypedResults.Problem($"No order has the id {id:D}. Ids come from the answer to POST {OrderEndpoints.Root}.", statusCode: StatusCodes.Status404NotFound, title: "There is no such order");
}
