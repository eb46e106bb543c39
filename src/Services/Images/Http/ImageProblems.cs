using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Services.Images.Http;

/// <summary>The API's errors, as problem+json (RFC 9457).</summary>
internal static class ImageProblems
{
    public static ProblemHttpResult Of(ImageRejectedException refused) => Problem((int)refused.Kind, Title(refused.Kind), refused.Message);

    public static ProblemHttpResult Of(UploadFormException refused) => Problem(refused.StatusCode, refused.Title, refused.Message);

    public static ProblemHttpResult Of(Uploads.IdempotencyConflictException conflict) =>
        Problem(StatusCodes.Status422UnprocessableEntity, "The idempotency key stands for another file", conflict.Message);

    public static ProblemHttpResult NotFound(Guid id) =>
        Problem(StatusCodes.Status404NotFound, "There is no such image", $"No image has the id {id:D}. Ids come from the answer to an upload.");

    public static ProblemHttpResult NoContent(ImageView image) => Problem(
        StatusCodes.Status404NotFound,
        "The image has no content",
        image.Status == ImageView.Failed
            ? $"Image {image.Id:D} failed: {image.Error}"
            : $"Image {image.Id:D} is still being processed. Ask again once {ImageRoutes.Image(image.Id)} says ready, or listen to {ImageRoutes.Image(image.Id)}/events.");

    public static ProblemHttpResult Gone(Guid id) => Problem(
        StatusCodes.Status404NotFound,
        "The content is missing",
        $"Image {id:D} is ready but its bytes are not in this process's store. All processes must use one `Bus:DataFolder`.");

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    private static string Title(RejectionKind kind) => kind switch
    {
        RejectionKind.Empty => "The file is empty",
        RejectionKind.TooLarge => "The file is too large",
        RejectionKind.UnsupportedType => "The file is not an image that is accepted",
        _ => "The image cannot be processed",
    };
}
