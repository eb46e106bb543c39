using Bus.Services.Orders.Checkout;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Services.Orders.Http;

/// <summary>The API's errors, as problem+json (RFC 9457); <c>errors</c> has all that is wrong.</summary>
internal static class OrderProblems
{
    public static ProblemHttpResult Of(OrderRejectedException refused) => TypedResults.Problem(
        refused.Message, statusCode: refused.Status, title: refused.Title, extensions: [new("errors", refused.Errors)]);

    public static ProblemHttpResult Unpaid(OrderView order) => TypedResults.Problem(
        $"{order.Reason} Nothing was charged. Order again with another means of payment, and another Idempotency-Key.",
        statusCode: StatusCodes.Status402PaymentRequired,
        title: "The payment was declined",
        extensions: [new("order", order)]);

    public static ProblemHttpResult NotFound(Guid id) =>
        TypedResults.Problem($"No order has the id {id:D}. Ids come from the answer to POST {OrderEndpoints.Root}.", statusCode: StatusCodes.Status404NotFound, title: "There is no such order");
}
