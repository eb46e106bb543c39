using System.Text.Json;
using Bus.Persistence.Jobs;
using Bus.Persistence.Schedules;
using Bus.Scheduler.Declaring;
using Bus.Scheduler.Runs;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Scheduler.Firing;

/// <summary>Makes the message of a run and hands it to the scope's outbox, to leave when the scope's context commits.</summary>
internal sealed class RunSender(SchedulesOptions options)
{
    /// <summary>The message, made anew.</summary>
    /// <exception cref="ScheduleException">Its type is not known here, or the text is no such message.</exception>
    public (Type Type, object Message) Read(ScheduleRow schedule)
    {
        var type = TypeOf(schedule);
        try
        {
            return (type, ScheduleJson.ReadMessage(schedule.Message, type));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new ScheduleException($"The message of schedule `{schedule.Name}` is no `{schedule.MessageType}`: {exception.Message} Edit the schedule, or keep what the type needs.");
        }
    }

    /// <exception cref="ScheduleException">Its type is not known here.</exception>
    public Type TypeOf(ScheduleRow schedule) => options.Types.Find(schedule.MessageType) ?? throw new ScheduleException(
        $"The message type `{schedule.MessageType}` is not known to this process. Declare a schedule with it, or call `AllowMessage<T>()` in `AddSchedules`.");

    /// <returns>The id of the message, or of the job.</returns>
    public static async Task<Guid> SendAsync(
        IServiceProvider scope, ScheduleRow schedule, ScheduleDefinition definition, (Type Type, object Message) message, long plannedAt, RunKind kind, CancellationToken cancellationToken)
    {
        var id = RunHeaders.IdOf(schedule.Id, plannedAt, kind);
        var run = new ScheduledRun(schedule.Name, DateTimeOffset.FromUnixTimeMilliseconds(plannedAt), kind);
        if (definition.Destination is { Scheme: ScheduleDefinition.JobScheme } job)
            return Jobs(scope, schedule).Enqueue(message.Message, Uri.UnescapeDataString(job.AbsolutePath) is { Length: > 0 } queue ? queue : null);
        if (definition.Destination is { } destination)
        {
            var endpoint = await scope.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(destination);
            await endpoint.Send(message.Message, message.Type, Pipe.Execute<SendContext>(context => RunHeaders.Set(context, id, run, definition.Overlap)), cancellationToken);
        }
        else
        {
            var publisher = scope.GetRequiredService<IPublishEndpoint>();
            await publisher.Publish(message.Message, message.Type, Pipe.Execute<PublishContext>(context => RunHeaders.Set(context, id, run, definition.Overlap)), cancellationToken);
        }

        return id;
    }

    private static IScheduledJobs Jobs(IServiceProvider scope, ScheduleRow schedule) => scope.GetService<IScheduledJobs>() ?? throw new ScheduleException(
        $"Schedule `{schedule.Name}` fires a job, but this process has none. Call `bus.AddJobs(…)`.");
}
