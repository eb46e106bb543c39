using System.Runtime.CompilerServices;
using System.Text.Json;
using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Audiences;
using Bus.Services.Notifications.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Http;

/// <summary>The contacts of audiences.</summary>
internal static class AudienceEndpoints
{
    // A million contacts are some 200 MB; they are never in memory at once.
    private const long LongestBody = 2L * 1024 * 1024 * 1024;

    public static void Map(RouteGroupBuilder audiences)
    {
        audiences.MapPost("/{audience}/contacts", ImportAsync)
            .Accepts<IReadOnlyList<NotificationRecipient>>("application/json")
            .Produces<ContactsImported>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithName("ImportContacts")
            .WithSummary("Add contacts, or change those whose id is there: a JSON array of any length, read as it streams in. One that is wrong is left out and named; sending all again is harmless.");
        audiences.MapGet("/{audience}", ShowAsync).Produces<AudienceView>().WithName("GetAudience").WithSummary("How many contacts an audience has.");
        audiences.MapDelete("/{audience}/contacts/{id}", RemoveAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).WithName("RemoveContact").WithSummary("Take a contact out of an audience.");
    }

    private static async Task<IResult> ImportAsync(string audience, HttpRequest request, ContactImport import, CancellationToken cancellationToken)
    {
        if (AudienceNames.Refusal(audience) is { } wrong)
            return NotificationProblems.Malformed(wrong);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LongestBody;
        try
        {
            return TypedResults.Ok(await import.ImportAsync(audience, ReadAsync(request.Body, cancellationToken), cancellationToken));
        }
        catch (JsonException broken)
        {
            return NotificationProblems.Malformed($"The body must be a JSON array of contacts: {broken.Message} Those of full blocks before it are in; send all again.");
        }
    }

    private static async IAsyncEnumerable<NotificationRecipient?> ReadAsync(Stream contacts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var body = new ContactsBody(contacts);
        await foreach (var contact in JsonSerializer.DeserializeAsyncEnumerable<NotificationRecipient>(body, JsonSerializerOptions.Web, cancellationToken))
        {
            body.Next();
            yield return contact;
        }
    }

    private static async Task<IResult> ShowAsync(string audience, NotificationDb db, CancellationToken cancellationToken) =>
        TypedResults.Ok(new AudienceView(audience, await db.Contacts.CountAsync(x => x.Audience == audience, cancellationToken)));

    private static async Task<IResult> RemoveAsync(string audience, string id, NotificationDb db, CancellationToken cancellationToken) =>
        await db.Contacts.Where(x => x.Audience == audience && x.Id == id).ExecuteDeleteAsync(cancellationToken) > 0 ? TypedResults.NoContent() : NotificationProblems.NoContact(audience, id);
}

/// <summary>An audience as the API shows it.</summary>
internal sealed record AudienceView(string Name, int Contacts);
