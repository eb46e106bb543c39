using Bus.Services.Images.Blobs;
using Bus.Services.Images.Events;
using Bus.Services.Images.Records;
using Bus.Services.Images.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Bus.Services.Images.Http;

/// <summary>The image API.</summary>
public static class ImageEndpoints
{
    // What a form has around its file: boundaries, headers, a few small fields.
    private const long FormSlack = 64 * 1024;

    /// <summary>Maps <c>/api/images</c>. Needs <c>AddImageApi</c>, and <c>AddProblemDetails</c> for the framework's own errors.</summary>
    public static IEndpointRouteBuilder MapImages(this IEndpointRouteBuilder app)
    {
        var images = app.MapGroup(ImageRoutes.Root).WithTags("Images");
        images.MapPost("/", UploadAsync)
            .Accepts<UploadForm>("multipart/form-data")
            .Produces<ImageAccepted>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithName("UploadImage")
            .WithSummary("Upload a photo. Answers at once; the steps run afterwards.");
        images.MapGet("/{id:guid}", ShowAsync)
            .Produces<ImageView>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("GetImage")
            .WithSummary("Where an image is, step by step.");
        images.MapGet("/{id:guid}/events", FollowAsync)
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("FollowImage")
            .WithSummary("The same as server-sent events, from now to the end: `progress`, then `ready` or `failed`, each with the whole image as data.");
        images.MapGet("/{id:guid}/content", DownloadAsync)
            .Produces(StatusCodes.Status200OK, null, "image/jpeg", "image/png", "image/webp")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("GetImageContent")
            .WithSummary("The finished image. It never changes: cache it for good.");
        return app;
    }

    private static async Task<IResult> UploadAsync(
        HttpRequest request,
        ImageUploads uploads,
        IOptions<ImageOptions> options,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        try
        {
            LimitBody(request.HttpContext, options.Value.MaxBytes + FormSlack);
            var key = KeyOf(idempotencyKey);
            var (content, fileName, notify) = await UploadFormReader.OpenFileAsync(request, cancellationToken);
            await using var file = content;
            var id = await uploads.UploadAsync(file, fileName, key, notify, cancellationToken);
            return TypedResults.Accepted(ImageRoutes.Image(id), new ImageAccepted(id, ImageView.Processing));
        }
        catch (UploadFormException refused)
        {
            return ImageProblems.Of(refused);
        }
        catch (ImageRejectedException refused)
        {
            return ImageProblems.Of(refused);
        }
        catch (IdempotencyConflictException conflict)
        {
            return ImageProblems.Of(conflict);
        }
    }

    // The server's own limit is for requests in general, and may be lower or none. This one cuts off what no image that is accepted can be.
    private static void LimitBody(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = bytes;
        }
    }

    private static IdempotencyKey? KeyOf(string? header) => header switch
    {
        null => null,
        _ when IdempotencyKey.TryParse(header, out var key) => key,
        _ => throw new UploadFormException(
            StatusCodes.Status400BadRequest, "The idempotency key is malformed", $"Idempotency-Key must be 1 to {IdempotencyKey.MaxLength} visible ASCII characters. A new UUID does."),
    };

    private static async Task<Results<Ok<ImageView>, ProblemHttpResult>> ShowAsync(Guid id, ImageDb db, CancellationToken cancellationToken) =>
        await db.FindAsync(id, cancellationToken) is { } image ? TypedResults.Ok(ImageView.Of(image)) : ImageProblems.NotFound(id);

    private static async Task<IResult> FollowAsync(Guid id, HttpContext http, ImageDb db, ImageStream stream)
    {
        if (await db.FindAsync(id, http.RequestAborted) is null)
        {
            return ImageProblems.NotFound(id);
        }

        await ImageEventWriter.WriteAsync(http, stream.FollowAsync(id, http.RequestAborted));
        return TypedResults.Empty;
    }

    private static async Task<IResult> DownloadAsync(Guid id, HttpResponse response, ImageDb db, IBlobStore blobs, CancellationToken cancellationToken)
    {
        if (await db.FindAsync(id, cancellationToken) is not { } image)
        {
            return ImageProblems.NotFound(id);
        }

        if (image.Status != ImageStatus.Ready || !BlobId.TryParse(image.Content, out var blob))
        {
            return ImageProblems.NoContent(ImageView.Of(image));
        }

        try
        {
            var content = await blobs.OpenReadAsync(blob, cancellationToken);
            // Private: who may fetch it is decided by the token, which a shared cache does not know.
            response.Headers.CacheControl = "private, max-age=31536000, immutable";
            response.Headers.XContentTypeOptions = "nosniff";
            return TypedResults.Stream(content, image.ContentType, entityTag: new EntityTagHeaderValue($"\"{blob.Hash}\""), enableRangeProcessing: true);
        }
        catch (BlobNotFoundException)
        {
            return ImageProblems.Gone(id);
        }
    }
}
