using Bus.Services.Notifications.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Http;

/// <summary>Who wants nothing by a channel. It counts from the next delivery on, also of those that wait already.</summary>
internal static class OptOutEndpoints
{
    public static void Map(RouteGroupBuilder optOuts)
    {
        optOuts.MapGet("/{recipient}", ListAsync).Produces<IReadOnlyList<string>>().WithName("GetOptOuts").WithSummary("The channels that a recipient has opted out of.");
        optOuts.MapPut("/{recipient}/{channel}", AddAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).WithName("OptOut").WithSummary("A recipient wants nothing more by a channel: email, sms or push.");
        optOuts.MapDelete("/{recipient}/{channel}", RemoveAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).WithName("OptIn").WithSummary("A recipient may be told by a channel again.");
    }

    private static async Task<IResult> ListAsync(string recipient, NotificationDb db, CancellationToken cancellationToken) =>
        TypedResults.Ok((await db.OptOuts.AsNoTracking().Where(x => x.Recipient == recipient).OrderBy(x => x.Channel).Select(x => x.Channel).ToListAsync(cancellationToken)).Select(channel => NotificationView.Word(channel)));

    private static async Task<IResult> AddAsync(string recipient, string channel, NotificationDb db, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Refusal(recipient, channel, out var wanted) is { } wrong)
            return NotificationProblems.Malformed(wrong);
        if (await db.OptOuts.AnyAsync(x => x.Recipient == recipient && x.Channel == wanted, cancellationToken))
            return TypedResults.NoContent();
        db.OptOuts.Add(new OptOutRecord { Recipient = recipient, Channel = wanted!.Value, CreatedAt = clock.GetUtcNow() });
        try
        {
            await db.SaveAsync(cancellationToken);
        }
        catch (DbUpdateException) when (Found(recipient, wanted.Value, db))
        {
            // Two have said it at once.
        }

        return TypedResults.NoContent();
    }

    private static async Task<IResult> RemoveAsync(string recipient, string channel, NotificationDb db, CancellationToken cancellationToken)
    {
        if (Refusal(recipient, channel, out var wanted) is { } wrong)
            return NotificationProblems.Malformed(wrong);
        await db.OptOuts.Where(x => x.Recipient == recipient && x.Channel == wanted).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static bool Found(string recipient, NotificationChannel channel, NotificationDb db) => db.OptOuts.AsNoTracking().Any(x => x.Recipient == recipient && x.Channel == channel);

    private static string? Refusal(string recipient, string channel, out NotificationChannel? wanted)
    {
        if (!Words.TryRead(channel, out wanted))
            return $"The channel must be one of {Words.All<NotificationChannel>()}, but was {channel}.";
        return recipient.Length > DeliveryRecord.LongestRecipient ? $"A recipient's id has at most {DeliveryRecord.LongestRecipient} characters." : null;
    }
}
