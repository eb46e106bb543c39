using System.Text.Json;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Sms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Bus.Services.Notifications.Http;

/// <summary>What an SMS provider says of a message.</summary>
/// <param name="Id">The <c>id</c> that the message was sent with.</param>
/// <param name="Status"><c>delivered</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it failed.</param>
internal sealed record SmsCallback(Guid Id, string? Status, string? Reason = null);

/// <summary>The answer to a call-back.</summary>
/// <param name="Applied">Whether it changed anything.</param>
/// <param name="Status">What the delivery is now.</param>
/// <param name="Reason">Why it changed nothing; null when it did.</param>
internal sealed record CallbackAnswer(bool Applied, string Status, string? Reason);

/// <summary><c>POST /api/notifications/callbacks/sms</c>: signed by the Standard Webhooks specification. Idempotent, and answered with 200 whenever it is understood, so that no provider calls for ever.</summary>
internal static class SmsCallbackEndpoint
{
    private const int LongestBody = 64 * 1024;

    public static void Map(RouteGroupBuilder callbacks) => callbacks.MapPost("/sms", TakeAsync)
        .Accepts<SmsCallback>("application/json")
        .Produces<CallbackAnswer>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .WithName("TakeSmsCallback")
        .WithSummary("What an SMS provider says of a message: `{ id, status: delivered | failed, reason }`, with the headers webhook-id, webhook-timestamp and webhook-signature.");

    private static async Task<IResult> TakeAsync(HttpRequest request, SmsCallbacks callbacks, CancellationToken cancellationToken)
    {
        if (callbacks.Verifier is not { } verifier)
            return NotificationProblems.NoCallbacks();
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LongestBody;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        if (verifier.Refusal(request.Headers["webhook-id"], request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], body.ToArray()) is { } refusal)
            return NotificationProblems.Unsigned(refusal);
        if (Read(body.ToArray()) is not { } callback || !Words.TryRead<DeliveryStatus>(callback.Status, out var status) || status is not (DeliveryStatus.Delivered or DeliveryStatus.Failed))
            return NotificationProblems.Malformed("The body must be { \"id\": the message's id, \"status\": \"delivered\" or \"failed\", \"reason\": text }.");
        return await callbacks.ApplyAsync(callback.Id, status.Value, callback.Reason, cancellationToken) is { } answer
            ? TypedResults.Ok(new CallbackAnswer(answer.Ignored is null, NotificationView.Word(answer.Status), answer.Ignored))
            : NotificationProblems.NoDelivery(callback.Id);
    }

    private static SmsCallback? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<SmsCallback>(body, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
