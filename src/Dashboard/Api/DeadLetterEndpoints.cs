using System.Text;
using System.Text.Json;
using Bus.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/dead-letters</c>.</summary>
internal static class DeadLetterEndpoints
{
    public static void Map(RouteGroupBuilder letters)
    {
        letters.MapGet("/", ListAsync).Produces<DeadLetterPage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("ListDeadLetters")
            .WithSummary("Those asked for, the newest first, without bodies; `kind` is Message or Job, `state` Open, Replayed or Discarded, `messageType` and `exception` are parts, `from` and `to` bound when they were stored, "
                + $"`field` is the value of one that is declared, as OrderId:42, `text` stands in the body, of which one call looks into {DeadLetterQuery.MostBodies}, `take` is 1 to 1,000, `before` the `next` of the page before.");
        letters.MapGet("/{id:guid}", ShowAsync).Produces<DeadLetterView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetDeadLetter").WithSummary("One with headers and body: `bodyForm` is json, text, base64 or tooLong.");
        letters.MapGet("/{id:guid}/body", DownloadAsync).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").ProducesProblem(StatusCodes.Status404NotFound).WithName("GetDeadLetterBody").WithSummary("The body byte for byte.");
        letters.MapPost("/{id:guid}/replay", ReplayAsync).Accepts<Replay>(isOptional: true, "application/json").Produces<DeadLetterView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("ReplayDeadLetter").WithSummary("Sends it again, or runs its job again; `body` (text) or `bodyBase64` takes the place of its body, `queue` that of its queue. 422 where there is no such queue.");
        letters.MapPost("/{id:guid}/discard", DiscardAsync).Accepts<Discard>("application/json").Produces<DeadLetterView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("DiscardDeadLetter").WithSummary("Closes it with a `reason`.");
        letters.MapGet("/groups", GroupsAsync).Produces<IReadOnlyList<DeadLetterGroup>>().ProducesProblem(StatusCodes.Status400BadRequest).WithName("ListDeadLetterGroups").WithSummary("The causes with the number of their open letters; `status` is Open, Acknowledged or Resolved.");
        letters.MapPatch("/groups/{id:guid}", EditGroupAsync).Accepts<GroupEdit>("application/json").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithName("EditDeadLetterGroup").WithSummary("Sets `status`, `owner` and `note` of a cause.");
        letters.MapGet("/operations", OperationsAsync).Produces<IReadOnlyList<DeadLetterOperation>>().WithName("ListDeadLetterOperations").WithSummary("What was asked for many letters, the newest first.");
        letters.MapPost("/operations", StartAsync).Accepts<Operation>("application/json").Produces<DeadLetterOperation>(StatusCodes.Status202Accepted).Produces<Count>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("StartDeadLetterOperation")
            .WithSummary("Replays all open letters of a `query`, with `queue` the messages among them to that queue, or with `discardReason` discards them, or with `index` looks anew for the declared fields in them, closed ones too: after `canary` letters it pauses, `perSecond` limits it. With `dryRun` nothing is done, and the answer is the exact number.");
        letters.MapGet("/operations/{id:guid}", ShowOperationAsync).Produces<DeadLetterOperation>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetDeadLetterOperation").WithSummary("How far it is.");
        Act(letters, "continue", "ContinueDeadLetterOperation", "Lets it go on after its canary.", "Only one that has paused can go on.", static (all, id, token) => all.ContinueAsync(id, token));
        Act(letters, "stop", "StopDeadLetterOperation", "Stops it; what is done stays done.", "Only one that has not ended can be stopped.", static (all, id, token) => all.StopAsync(id, token));
    }

    private static void Act(RouteGroupBuilder group, string verb, string name, string summary, string rule, Func<IDeadLetters, Guid, CancellationToken, Task<bool>> act) =>
        group.MapPost($"/operations/{{id:guid}}/{verb}", async (Guid id, IDeadLetters letters, CancellationToken token) =>
        {
            var done = await act(letters, id, token);
            if (await letters.FindOperationAsync(id, token) is not { } operation)
                return ApiProblems.NoLetterOperation(id);
            return done ? ApiJson.Answer(operation) : (IResult)ApiProblems.LetterOperationStands(operation, rule);
        }).Produces<DeadLetterOperation>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).WithName(name).WithSummary(summary);

    private static async Task<IResult> ListAsync([AsParameters] Asked asked, IDeadLetters letters, CancellationToken token) => ApiJson.Answer(await letters.ListAsync(asked.ToQuery(), token));

    private static async Task<IResult> ShowAsync(Guid id, IDeadLetters letters, CancellationToken token) =>
        await letters.FindAsync(id, token) is { } letter ? ApiJson.Answer(DeadLetterView.Of(letter)) : ApiProblems.NoLetter(id);

    // Whatever it says it is: no browser shall show it as a page of this address.
    private static async Task<IResult> DownloadAsync(Guid id, IDeadLetters letters, CancellationToken token) =>
        await letters.FindAsync(id, token) is { } letter ? TypedResults.Bytes(letter.Body, "application/octet-stream", $"{id:D}.bin") : ApiProblems.NoLetter(id);

    private static async Task<IResult> ReplayAsync(Guid id, HttpRequest request, IDeadLetters letters, CancellationToken token)
    {
        var asked = request.ContentType is null ? new Replay() : await ApiJson.ReadAsync<Replay>(request, token);
        return await letters.ReplayAsync(id, asked.Bytes(), asked.Queue, token) ? await ShowAsync(id, letters, token) : await RefuseAsync(id, letters, token);
    }

    private static async Task<IResult> DiscardAsync(Guid id, HttpRequest request, IDeadLetters letters, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<Discard>(request, token);
        return await letters.DiscardAsync(id, asked.Reason, token) ? await ShowAsync(id, letters, token) : await RefuseAsync(id, letters, token);
    }

    private static async Task<IResult> GroupsAsync(IDeadLetters letters, CancellationToken token, string? status = null) =>
        ApiJson.Answer(await letters.GroupsAsync(ApiNames.Parse<DeadLetterGroupStatus>(status), token));

    private static async Task<IResult> EditGroupAsync(Guid id, HttpRequest request, IDeadLetters letters, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<GroupEdit>(request, token);
        return await letters.EditGroupAsync(id, asked.Status, asked.Owner, asked.Note, token) ? TypedResults.NoContent() : ApiProblems.NoLetterGroup(id);
    }

    private static async Task<IResult> OperationsAsync(IDeadLetters letters, CancellationToken token) => ApiJson.Answer(await letters.OperationsAsync(token));

    private static async Task<IResult> StartAsync(HttpRequest request, IDeadLetters letters, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<Operation>(request, token);
        if (asked.Index && (asked.DryRun || asked.DiscardReason is not null))
            throw new JsonException("`index` changes no letter: leave out `dryRun` and `discardReason`.");
        if (asked.Queue is not null && (asked.Index || asked.DiscardReason is not null || asked.Query.Kind == DeadLetterKind.Job))
            throw new JsonException("`queue` is where messages are sent: leave it out where none are.");
        if (asked.DryRun)
            return ApiJson.Answer(new Count(await letters.CountAsync(asked.Query with { State = DeadLetterState.Open, Kind = asked.Queue is null ? asked.Query.Kind : DeadLetterKind.Message }, token)));
        var pace = new DeadLetterPace { Canary = asked.Canary, PerSecond = asked.PerSecond };
        var started = asked switch
        {
            { Index: true } => await letters.StartIndexAsync(asked.Query, pace, token),
            { DiscardReason: { } reason } => await letters.StartDiscardAsync(asked.Query, reason, pace, token),
            _ => await letters.StartReplayAsync(asked.Query, pace, asked.Queue, token),
        };
        return ApiJson.Answer(started, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ShowOperationAsync(Guid id, IDeadLetters letters, CancellationToken token) =>
        await letters.FindOperationAsync(id, token) is { } operation ? ApiJson.Answer(operation) : ApiProblems.NoLetterOperation(id);

    private static async Task<IResult> RefuseAsync(Guid id, IDeadLetters letters, CancellationToken token) =>
        await letters.FindAsync(id, token) is { } letter ? ApiProblems.LetterStands(letter.Summary) : ApiProblems.NoLetter(id);

    /// <summary>What is asked for.</summary>
    internal sealed record Asked(
        string? Kind, string? State, string? Queue, string? MessageType, string? MessageId, string? CorrelationId, string? Reason, string? Exception, Guid? Group, string? Field, DateTimeOffset? From, DateTimeOffset? To, string? Text, Guid? Before, int? Take)
    {
        public DeadLetterQuery ToQuery() => new()
        {
            Kind = ApiNames.Parse<DeadLetterKind>(Kind),
            State = ApiNames.Parse<DeadLetterState>(State),
            Queue = Queue,
            MessageType = MessageType,
            MessageId = MessageId,
            CorrelationId = CorrelationId,
            Reason = Reason,
            Exception = Exception,
            Group = Group,
            Field = FieldOf(Field),
            From = From,
            To = To,
            Text = Text,
            Before = Before,
            Take = Take ?? 100,
        };
    }

    // A name has no colon.
    private static DeadLetterField? FieldOf(string? text) => text?.Split(':', 2) switch
    {
        null => null,
        [var name, var value] => new DeadLetterField(name, value),
        _ => throw new DeadLetterException($"`field` must be a name and a value, as OrderId:42, but is '{text}'."),
    };

    /// <summary>What is sent in the place of what the letter has.</summary>
    internal sealed record Replay(string? Body = null, string? BodyBase64 = null, string? Queue = null)
    {
        public ReadOnlyMemory<byte>? Bytes()
        {
            if (Body is not null && BodyBase64 is not null)
                throw new JsonException("`body` and `bodyBase64` are two bodies: give one of them.");
            try
            {
                return Body is not null ? Encoding.UTF8.GetBytes(Body) : BodyBase64 is not null ? Convert.FromBase64String(BodyBase64) : default(ReadOnlyMemory<byte>?);
            }
            catch (FormatException error)
            {
                throw new JsonException("`bodyBase64` is no Base64.", error);
            }
        }
    }

    /// <summary>Why.</summary>
    internal sealed record Discard(string Reason);

    /// <summary>How far somebody is.</summary>
    internal sealed record GroupEdit(DeadLetterGroupStatus Status, string? Owner = null, string? Note = null);

    /// <summary>What is to be done with many.</summary>
    internal sealed record Operation(DeadLetterQuery Query, int? Canary = null, int? PerSecond = null, string? Queue = null, string? DiscardReason = null, bool Index = false, bool DryRun = false);

    /// <summary>How many letters it would be.</summary>
    internal sealed record Count(long Matched);
}
