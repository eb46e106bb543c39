using System.Text.Json;
using Bus.Scheduler;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bus.Dashboard.Api;

/// <summary><c>/api/schedules</c>.</summary>
internal static class ScheduleEndpoints
{
    private const int NextShown = 5;

    public static void Map(RouteGroupBuilder schedules)
    {
        schedules.MapGet("/", ListAsync).Produces<IReadOnlyList<ScheduleSummary>>().WithName("ListSchedules")
            .WithSummary("The schedules by name; `name` is a part of it, `state` one of Active, Paused, Finished, Retired, `troubled` those that cannot be fired or are late.");
        schedules.MapGet("/{name}", ShowAsync).Produces<ScheduleView>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetSchedule").WithSummary("One schedule with its next instants.");
        schedules.MapGet("/{name}/next", NextAsync).Produces<IReadOnlyList<DateTimeOffset>>().ProducesProblem(StatusCodes.Status404NotFound).WithName("GetNextInstants")
            .WithSummary("Its next instants as planned, without jitter; `count` is 1 to 1,000, 10 by default.");
        schedules.MapGet("/{name}/runs", RunsAsync).Produces<IReadOnlyList<ScheduleRunSummary>>().WithName("GetScheduleRuns")
            .WithSummary("Its runs, the newest first; `count` is 1 to 1,000, 100 by default, `before` an instant to go on from.");
        schedules.MapPut("/{name}", CreateAsync).Produces<ScheduleView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("CreateSchedule")
            .WithSummary("Makes a schedule.");
        schedules.MapPatch("/{name}", EditAsync).Produces<ScheduleView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("EditSchedule")
            .WithSummary("Changes when it fires and how, or its message, or both.");
        schedules.MapDelete("/{name}", DeleteAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("DeleteSchedule")
            .WithSummary("Removes it with its runs; one that the code declares can only be paused.");
        Act(schedules, "pause", "PauseSchedule", "Stops it from firing.", static (all, name, token) => all.PauseAsync(name, token));
        Act(schedules, "resume", "ResumeSchedule", "Lets it fire again, from its next instant on.", static (all, name, token) => all.ResumeAsync(name, token));
        schedules.MapPost("/{name}/run", RunAsync).Produces<ScheduledRun>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).WithName("RunSchedule")
            .WithSummary("Fires it once now, without a change of its plan.");
        schedules.MapPost("/{name}/backfill", BackfillAsync).Produces<BackfillAnswer>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName("BackfillSchedule").WithSummary("Fires the instants of a range of the past that were not fired.");
    }

    private static void Act(RouteGroupBuilder schedules, string verb, string id, string summary, Func<ISchedules, string, CancellationToken, Task> act) =>
        schedules.MapPost($"/{{name}}/{verb}", async (string name, ISchedules all, CancellationToken token) =>
        {
            await act(all, name, token);
            return await ShowAsync(name, all, token);
        }).Produces<ScheduleView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithName(id).WithSummary(summary);

    private static async Task<IResult> ListAsync(ISchedules schedules, CancellationToken token, string? name = null, ScheduleState? state = null, bool troubled = false, int skip = 0, int take = 100) =>
        ApiJson.Answer(await schedules.ListAsync(new ScheduleQuery { Name = name, State = state, Troubled = troubled, Skip = skip, Take = take }, token));

    private static async Task<IResult> ShowAsync(string name, ISchedules schedules, CancellationToken token) => ApiJson.Answer(await ViewAsync(name, schedules, token));

    private static async Task<IResult> NextAsync(string name, ISchedules schedules, CancellationToken token, int count = 10) => ApiJson.Answer(await schedules.NextAsync(name, count, token));

    private static async Task<IResult> RunsAsync(string name, ISchedules schedules, CancellationToken token, int count = 100, DateTimeOffset? before = null) =>
        ApiJson.Answer(await schedules.RunsAsync(name, count, before, token));

    private static async Task<IResult> CreateAsync(string name, HttpRequest request, ISchedules schedules, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<NewSchedule>(request, token);
        await schedules.CreateAsync(name, asked.Definition, asked.MessageType, asked.Message.GetRawText(), token);
        return ApiJson.Answer(await ViewAsync(name, schedules, token), StatusCodes.Status201Created);
    }

    private static async Task<IResult> EditAsync(string name, HttpRequest request, ISchedules schedules, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<ScheduleEdit>(request, token);
        await schedules.EditAsync(name, known => asked.Definition is { } members ? ApiJson.Merge(known, members) : known, asked.Message?.GetRawText(), token);
        return ApiJson.Answer(await ViewAsync(name, schedules, token));
    }

    private static async Task<IResult> DeleteAsync(string name, ISchedules schedules, CancellationToken token)
    {
        await schedules.DeleteAsync(name, token);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RunAsync(string name, ISchedules schedules, CancellationToken token) => ApiJson.Answer(await schedules.RunNowAsync(name, token), StatusCodes.Status202Accepted);

    private static async Task<IResult> BackfillAsync(string name, HttpRequest request, ISchedules schedules, CancellationToken token)
    {
        var asked = await ApiJson.ReadAsync<BackfillRange>(request, token);
        return ApiJson.Answer(new BackfillAnswer(await schedules.BackfillAsync(name, asked.From, asked.Until, token)), StatusCodes.Status202Accepted);
    }

    private static async Task<ScheduleView> ViewAsync(string name, ISchedules schedules, CancellationToken token) =>
        // The next instants first: they say so if there is no such schedule.
        await schedules.NextAsync(name, NextShown, token) is var next && await schedules.FindAsync(name, token) is { } schedule
            ? new ScheduleView(schedule, next)
            : throw new InvalidOperationException($"Schedule `{name}` was deleted while it was looked at.");

    /// <summary>A schedule with its next instants.</summary>
    internal sealed record ScheduleView(ScheduleSummary Schedule, IReadOnlyList<DateTimeOffset> Next);

    /// <summary>What a new schedule is.</summary>
    internal sealed record NewSchedule(ScheduleDefinition Definition, string MessageType, JsonElement Message);

    /// <summary>What is to change: members of the definition that are not named stay, null takes one away; the message is replaced as a whole.</summary>
    internal sealed record ScheduleEdit(JsonElement? Definition = null, JsonElement? Message = null);

    /// <summary>From the first instant that counts to the end.</summary>
    internal sealed record BackfillRange(DateTimeOffset From, DateTimeOffset Until);

    /// <summary>How many were fired.</summary>
    internal sealed record BackfillAnswer(int Fired);
}
