using System.Text.Json;
using Bus.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>POST /api/jobs</c>.</summary>
internal static class JobEnqueueing
{
    private const string Header = "Idempotency-Key";

    public static void Map(RouteGroupBuilder jobs) => jobs.MapPost("/", EnqueueAsync).Accepts<NewJob>("application/json").Produces<JobView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("EnqueueJob")
        .WithSummary("Enqueues a job of a type that this process handles, by the type's name. Who sends an `Idempotency-Key` again, in that header or as `idempotencyKey`, gets the first job, and of one `unique` name the job that has it.");

    private static async Task<IResult> EnqueueAsync(HttpRequest request, IJobClient client, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<NewJob>(request, token);
        var headers = request.Headers[Header];
        if (headers.Count > 1 || (headers.Count == 1 && asked.IdempotencyKey is not null && asked.IdempotencyKey != headers[0]))
            throw new JobException($"There are several idempotency keys: send one, in the header `{Header}` or as `idempotencyKey`.");
        var id = await client.EnqueueAsync(asked.Type, asked.Arguments.GetRawText(), asked.Options(headers.Count == 1 ? headers[0] : asked.IdempotencyKey), token);
        request.HttpContext.Response.Headers.Location = $"{request.PathBase}/api/jobs/{id:D}";
        // It may be run and deleted already.
        return await client.FindAsync(id, token) is { } job ? ApiJson.Answer(JobView.Of(job), StatusCodes.Status201Created) : ApiProblems.NoJob(id);
    }

    /// <summary>What is to be enqueued, as <see cref="EnqueueOptions"/> says it; what is not given has the default there.</summary>
    internal sealed record NewJob(
        string Type,
        JsonElement Arguments,
        string? Queue = null,
        int Priority = 4,
        DateTimeOffset? At = null,
        DateTimeOffset? StartBefore = null,
        TimeSpan? Timeout = null,
        string? Key = null,
        JobKeyPolicy KeyPolicy = JobKeyPolicy.Park,
        string? Tenant = null,
        string? LimitKey = null,
        string? Unique = null,
        IReadOnlyList<string>? UniqueBy = null,
        JobUniqueness UniqueWhile = JobUniqueness.UntilEnded,
        TimeSpan? UniqueFor = null,
        TimeSpan? KeepFor = null,
        IReadOnlyList<string>? Tags = null,
        Uri? Callback = null,
        string? IdempotencyKey = null,
        TimeSpan? IdempotentFor = null)
    {
        public EnqueueOptions Options(string? idempotencyKey) => new()
        {
            Queue = Queue,
            Priority = Priority,
            At = At,
            StartBefore = StartBefore,
            Timeout = Timeout,
            Key = Key,
            KeyPolicy = KeyPolicy,
            Tenant = Tenant,
            LimitKey = LimitKey,
            Unique = Unique,
            UniqueBy = UniqueBy ?? [],
            UniqueWhile = UniqueWhile,
            UniqueFor = UniqueFor,
            KeepFor = KeepFor,
            Tags = Tags ?? [],
            Callback = Callback,
            IdempotencyKey = idempotencyKey,
            IdempotentFor = IdempotentFor ?? TimeSpan.FromDays(1),
        };
    }
}
