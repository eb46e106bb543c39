using Bus.Services.Orders.Checkout;
using Bus.Services.Orders.Stock;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Services.Orders.Http;

/// <summary>The API of products, for whoever keeps the shelf.</summary>
internal static class ProductEndpoints
{
    private const string Root = "/api/products";

    public static void MapProducts(this IEndpointRouteBuilder app, Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> reject)
    {
        var products = app.MapGroup(Root).WithTags("Products").AddEndpointFilter(reject);
        products.MapGet("/", ListAsync).Produces<ProductPage>().ProducesProblem(StatusCodes.Status400BadRequest).WithName("ListProducts").WithSummary("Products in the order of their keys, a page at a time.");
        products.MapPut("/{sku}", PutAsync).Accepts<ProductRequest>("application/json").Produces<ProductView>().Produces<ProductView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("PutProduct").WithSummary("Make a product, or set all of it. Orders that were placed keep their prices.");
    }

    private static async Task<IResult> ListAsync(ProductCatalog catalog, string? after, CancellationToken cancellationToken)
    {
        List<string> errors = [];
        var sku = string.IsNullOrEmpty(after) ? null : TextRules.Sku(after, "after", errors);
        if (errors.Count > 0)
            throw new OrderRejectedException(StatusCodes.Status400BadRequest, "There is no such page", errors);
        var (products, next) = await catalog.PageAsync(sku, cancellationToken);
        return TypedResults.Ok(new ProductPage([.. products.Select(ProductView.Of)], next));
    }

    private static async Task<IResult> PutAsync(string sku, HttpRequest request, ProductCatalog catalog, CancellationToken cancellationToken)
    {
        var product = ProductRules.Check(sku, await JsonBody.ReadAsync<ProductRequest>(request, cancellationToken));
        var isNew = await catalog.PutAsync(product, cancellationToken);
        return isNew ? TypedResults.Created($"{Root}?after=", ProductView.Of(product)) : TypedResults.Ok(ProductView.Of(product));
    }
}
