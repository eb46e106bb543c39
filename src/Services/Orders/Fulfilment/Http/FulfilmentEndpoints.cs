using Bus.Services.Orders.Fulfilment.Analytics;
using Bus.Services.Orders.Fulfilment.Invoices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Bus.Services.Orders.Fulfilment.Http;

/// <summary>The API of invoices and statistics.</summary>
public static class FulfilmentEndpoints
{
    private const int MostLines = 10_000;
    private const int DaysByDefault = 30;

    /// <summary>Maps <c>/api/orders/{id}/invoice</c>, <c>/api/orders/{id}/credit-note</c> and <c>/api/orders/statistics</c>. Needs <c>AddOrderFulfilment</c>, and <c>AddProblemDetails</c> for the framework's own errors.</summary>
    public static IEndpointRouteBuilder MapOrderFulfilment(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/orders").WithTags("Orders");
        orders.MapGet("/{id:guid}/invoice", (Guid id, HttpResponse response, InvoiceDesk desk, CancellationToken cancellationToken) => DownloadAsync(id, InvoiceKind.Invoice, response, desk, cancellationToken))
            .Produces(StatusCodes.Status200OK, null, "application/pdf").ProducesProblem(StatusCodes.Status404NotFound).WithName("GetOrderInvoice").WithSummary("The invoice, once it is made.");
        orders.MapGet("/{id:guid}/credit-note", (Guid id, HttpResponse response, InvoiceDesk desk, CancellationToken cancellationToken) => DownloadAsync(id, InvoiceKind.CreditNote, response, desk, cancellationToken))
            .Produces(StatusCodes.Status200OK, null, "application/pdf").ProducesProblem(StatusCodes.Status404NotFound).WithName("GetOrderCreditNote").WithSummary("The credit note of an order that had an invoice and was undone.");
        orders.MapGet("/statistics", StatisticsAsync)
            .Produces<IReadOnlyList<OrderStatistic>>().ProducesProblem(StatusCodes.Status400BadRequest).WithName("GetOrderStatistics")
            .WithSummary("What was ordered by day (UTC) and product, from `from` to `to`, both included; the last 30 days by default. At most 10,000 lines.");
        return app;
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> DownloadAsync(Guid id, InvoiceKind kind, HttpResponse response, InvoiceDesk desk, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(id, kind, cancellationToken) is not { } found)
            return TypedResults.Problem($"Order {id:D} has no {kind.Title().ToLowerInvariant()}: it is not made yet, or there is no such order.", statusCode: StatusCodes.Status404NotFound, title: $"There is no {kind.Title().ToLowerInvariant()}");
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "private";
        return TypedResults.File(found.Content, "application/pdf", $"{found.Number}.pdf");
    }

    private static async Task<Results<Ok<IReadOnlyList<OrderStatistic>>, ProblemHttpResult>> StatisticsAsync(OrderStatistics statistics, TimeProvider clock, DateOnly? from, DateOnly? to, CancellationToken cancellationToken)
    {
        var last = to ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var first = from ?? DateOnly.FromDayNumber(Math.Max(0, last.DayNumber + 1 - DaysByDefault));
        return first <= last
            ? TypedResults.Ok(await statistics.ReadAsync(first, last, MostLines, cancellationToken))
            : TypedResults.Problem($"`from` must not be after `to`, but {first:yyyy-MM-dd} is after {last:yyyy-MM-dd}.", statusCode: StatusCodes.Status400BadRequest, title: "The statistics cannot be asked for like this");
    }
}
