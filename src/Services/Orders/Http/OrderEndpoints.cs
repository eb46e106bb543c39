using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Journal;
using Bus.Services.Orders.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Bus.Services.Orders.Http;

/// <summary>The API of orders and products.</summary>
public static class OrderEndpoints
{
    internal const string Root = "/api/orders";

    /// <summary>Maps <c>/api/orders</c> and <c>/api/products</c>. Needs <c>AddOrders</c>, and <c>AddProblemDetails</c> for the framework's own errors.</summary>
    public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup(Root).WithTags("Orders").AddEndpointFilter(RejectAsync);
        orders.MapPost("/", PlaceAsync).Accepts<OrderRequest>("application/json").Produces<OrderView>().Produces<OrderView>(StatusCodes.Status201Created).Produces<OrderView>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status402PaymentRequired).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithName("PlaceOrder").WithSummary("Order and pay. 201: accepted and paid for; 202: the payment gateway has not answered yet, ask for the order later; 402: not paid for; 200: this key's order was cancelled or undone since.");
        orders.MapGet("/", ListAsync).Produces<OrderPage>().ProducesProblem(StatusCodes.Status400BadRequest).WithName("ListOrders").WithSummary("Orders, the youngest first, a page at a time; about a second behind.");
        orders.MapGet("/{id:guid}", ShowAsync).Produces<OrderView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetOrder").WithSummary("An order as it is now, and what happened to it.");
        orders.MapPost("/{id:guid}/cancel", CancelAsync).Accepts<OrderCancellation>("application/json").Produces<OrderView>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).WithName("CancelOrder").WithSummary("Cancel an order that was not shipped. Everything is undone and the money goes back, afterwards.");
        orders.MapPost("/{id:guid}/shipped", ShipAsync).Produces<OrderView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithName("ShipOrder").WithSummary("For the warehouse: the parcel has left. 409: it must not leave, or not yet; the answer says why.");
        orders.MapPost("/projection/rebuild", RebuildAsync).Produces<OrderRebuild>(StatusCodes.Status202Accepted).WithName("RebuildOrderList").WithSummary("Make the list of orders anew from the orders themselves, while they go on.");
        app.MapProducts(RejectAsync);
        return app;
    }

    private static async ValueTask<object?> RejectAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (OrderRejectedException refused)
        {
            return OrderProblems.Of(refused);
        }
    }

    private static async Task<IResult> PlaceAsync(HttpRequest request, OrderDesk desk, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = KeyOf(idempotencyKey);
        var asked = OrderRules.Check(await JsonBody.ReadAsync<OrderRequest>(request, cancellationToken));
        var (id, order) = await desk.PlaceAsync(asked, key, cancellationToken);
        var (view, location) = (OrderView.Of(id, order), $"{Root}/{id:D}");
        return order.Status switch
        {
            OrderStatus.Refused => OrderProblems.Unpaid(view),
            OrderStatus.Pending => TypedResults.Accepted(location, view),
            // A key that is used again, of an order that has ended meanwhile.
            OrderStatus.Undoing or OrderStatus.Undone => TypedResults.Ok(view),
            _ => TypedResults.Created(location, view),
        };
    }

    private static async Task<IResult> ShowAsync(Guid id, OrderJournal journal, CancellationToken cancellationToken) =>
        await journal.ReadAsync(id, cancellationToken) is { } order ? TypedResults.Ok(OrderView.Of(id, order)) : OrderProblems.NotFound(id);

    private static async Task<IResult> ListAsync(OrderLists lists, string? status, string? after, CancellationToken cancellationToken)
    {
        if (status is not null && !OrderStatus.All.Contains(status, StringComparer.Ordinal))
            throw new OrderRejectedException(StatusCodes.Status400BadRequest, "There is no such status", $"`status` must be one of {string.Join(", ", OrderStatus.All)}.");
        var place = after is null ? null : OrderPlace.Parse(after) ?? throw new OrderRejectedException(StatusCodes.Status400BadRequest, "There is no such page", "`after` must be what the page before has as `next`.");
        var (orders, next) = await lists.PageAsync(status, place, cancellationToken);
        return TypedResults.Ok(new OrderPage([.. orders.Select(OrderListEntry.Of)], next));
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpRequest request, OrderOutcome outcome, CancellationToken cancellationToken)
    {
        // A body is not needed.
        var asked = request.ContentLength > 0 || request.ContentType is not null ? await JsonBody.ReadAsync<OrderCancellation>(request, cancellationToken) : new OrderCancellation();
        List<string> errors = [];
        var reason = TextRules.Optional(asked.Reason, "reason", 500, errors) ?? "The customer has cancelled the order.";
        if (errors.Count > 0)
            throw new OrderRejectedException(StatusCodes.Status422UnprocessableEntity, "The reason is not as it may be", errors);
        if (await outcome.CancelAsync(id, reason, cancellationToken) is not { } order)
            return OrderProblems.NotFound(id);
        return TypedResults.Accepted($"{Root}/{id:D}", OrderView.Of(id, order));
    }

    private static async Task<IResult> ShipAsync(Guid id, OrderOutcome outcome, CancellationToken cancellationToken)
    {
        if (await outcome.ShipAsync(id, cancellationToken) is not { } order)
            return OrderProblems.NotFound(id);
        return TypedResults.Ok(OrderView.Of(id, order));
    }

    private static async Task<IResult> RebuildAsync(OrderProjector projector, CancellationToken cancellationToken) =>
        TypedResults.Accepted(Root, new OrderRebuild(await projector.RebuildAsync(cancellationToken)));

    private static IdempotencyKey? KeyOf(string? header) => header switch
    {
        null => null,
        _ when IdempotencyKey.TryParse(header, out var key) => key,
        _ => throw new OrderRejectedException(
            StatusCodes.Status400BadRequest, "The idempotency key is malformed", $"Idempotency-Key must be 1 to {IdempotencyKey.MaxLength} visible ASCII characters. A new UUID does."),
    };
}
