using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Accepting;
using Bus.Services.Notifications.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Http;

/// <summary>The notification API.</summary>
public static class NotificationEndpoints
{
    /// <summary>Where providers call back. These calls are signed, and need no token of the API.</summary>
    public const string Callbacks = $"{Root}/callbacks";

    internal const string Root = "/api/notifications";

    private const int LargestPage = 1_000;

    /// <summary>Maps <c>/api/notifications</c>. Needs <see cref="NotificationRegistration.AddNotifications"/>, and <c>AddProblemDetails</c> for the framework's own errors.</summary>
    public static IEndpointRouteBuilder MapNotifications(this IEndpointRouteBuilder app)
    {
        var notifications = app.MapGroup(Root).WithTags("Notifications");
        notifications.MapPost("/", SendAsync)
            .Produces<NotificationView>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithName("SendNotification")
            .WithSummary("Tell recipients, or an audience. It is on disk when this answers; who asks again with the same `id` tells nobody twice.");
        notifications.MapGet("/{id:guid}", ShowAsync)
            .Produces<NotificationView>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("GetNotification")
            .WithSummary("How it fares: counts by channel and status, and a page of its deliveries (`status`, `channel`, `after`, `take` up to 1,000).");
        OptOutEndpoints.Map(notifications.MapGroup("/opt-outs"));
        AudienceEndpoints.Map(notifications.MapGroup("/audiences"));
        SmsCallbackEndpoint.Map(app.MapGroup(Callbacks).WithTags("Notifications"));
        return app;
    }

    private static async Task<IResult> SendAsync(NotificationRequest request, NotificationIntake intake, NotificationReader reader, NotificationDb db, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (request is not { Recipients: null } and not { Audience: null } || request is { Recipients: null, Audience: null })
            return NotificationProblems.Malformed("Name whom to tell: either `recipients` or an `audience`.");
        if (request.Recipients?.SelectMany(Wrong).FirstOrDefault() is { } wrong)
            return NotificationProblems.Refused(wrong);
        var id = request.Id ?? Guid.CreateVersion7(clock.GetUtcNow());
        if (await AcceptAsync(id, request, intake, db, cancellationToken) is { State: NotificationState.Rejected } rejected)
            return NotificationProblems.Refused(rejected.Reason!);
        return TypedResults.Accepted($"{Root}/{id:D}", await reader.FindAsync(id, null, null, null, 1, cancellationToken));
    }

    private static async Task<NotificationRecord> AcceptAsync(Guid id, NotificationRequest request, NotificationIntake intake, NotificationDb db, CancellationToken cancellationToken)
    {
        var notification = await (request.Audience is { } audience
            ? intake.AcceptAsync(new NotifyAudience(id, request.Template ?? "", audience, request.Data ?? NoData), cancellationToken)
            : intake.AcceptAsync(new SendNotification(id, request.Template ?? "", request.Subject, request.Recipients!, request.Data ?? NoData), cancellationToken));
        // A request that is refused leaves nothing: whoever sent it has the answer, and may mend it under the same id.
        if (notification.State == NotificationState.Rejected)
            return notification;
        try
        {
            await intake.AnswerAsync(notification, cancellationToken);
            await db.SaveAsync(cancellationToken);
            return notification;
        }
        catch (DbUpdateException)
        {
            // Two requests with one id have met, and the other's commit won. Nothing more is saved in this scope: it still has the jobs of the one that lost.
            db.Forget();
            if (await db.Notifications.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is { } winner)
                return winner;
            throw;
        }
    }

    private static readonly Dictionary<string, string> NoData = [];

    private static IEnumerable<string> Wrong(NotificationRecipient? recipient) =>
        recipient is null ? ["A recipient is null."] : RecipientChecks.All(recipient).Select(wrong => $"Recipient '{RecipientChecks.Shown(recipient.Id)}' {wrong}.");

    private static async Task<IResult> ShowAsync(
        Guid id, NotificationReader reader, CancellationToken cancellationToken, string? status = null, string? channel = null, Guid? after = null, int take = 100)
    {
        if (take is < 1 or > LargestPage)
            return NotificationProblems.Malformed($"`take` must be between 1 and {LargestPage:N0}, but was {take}.");
        if (!Words.TryRead<DeliveryStatus>(status, out var wantedStatus))
            return NotificationProblems.Malformed($"`status` must be one of {Words.All<DeliveryStatus>()}, but was {status}.");
        if (!Words.TryRead<NotificationChannel>(channel, out var wantedChannel))
            return NotificationProblems.Malformed($"`channel` must be one of {Words.All<NotificationChannel>()}, but was {channel}.");
        return await reader.FindAsync(id, wantedStatus, wantedChannel, after, take, cancellationToken) is { } view ? TypedResults.Ok(view) : NotificationProblems.NotFound(id);
    }
}
