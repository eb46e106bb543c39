using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bus.Services.Notifications.Http;

/// <summary>The API's errors, as problem+json (RFC 9457).</summary>
internal static class NotificationProblems
{
    public static ProblemHttpResult Malformed(string detail) => Problem(StatusCodes.Status400BadRequest, "The request cannot be read", detail);

    public static ProblemHttpResult Refused(string detail) => Problem(StatusCodes.Status422UnprocessableEntity, "The notification is refused", detail);

    public static ProblemHttpResult Unsigned(string detail) => Problem(StatusCodes.Status401Unauthorized, "The call is not to be believed", detail);

    public static ProblemHttpResult NoCallbacks() => Problem(
        StatusCodes.Status404NotFound, "Call-backs are not taken", $"Set `{NotificationOptions.Section}:Sms:CallbackSecret` to what the provider signs them with.");

    public static ProblemHttpResult NotFound(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such notification", $"No notification has the id {id:D}: it is not kept any more, or its message has not arrived yet.");

    public static ProblemHttpResult NoDelivery(Guid id) => Problem(StatusCodes.Status404NotFound, "There is no such delivery", $"No text message has the id {id:D}. It is the `id` that the message was sent with.");

    public static ProblemHttpResult NoContact(string audience, string id) => Problem(StatusCodes.Status404NotFound, "There is no such contact", $"The audience '{audience}' has no contact '{id}'.");

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);
}
