using System.Text.Json;
using Bus.Jobs.Running;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Bus.Jobs.Webhooks;

/// <summary>Tells somebody of the end of a job: how it is now, as long as that is its end still.</summary>
internal sealed class WebhookHandler<TDbContext>(JobRows<TDbContext> rows, WebhookSender sender) : IJobHandler<CallbackOf>
    where TDbContext : DbContext
{
    // Who asks to come later spends no attempt.
    private const int MostRuns = 50;

    public async Task RunAsync(CallbackOf arguments, JobRun run)
    {
        if (run.Number > MostRuns)
            throw new JobDeadException($"The other side has asked to come later for so long that it is given up after {MostRuns} calls.");
        var job = await rows.FindAsync(arguments.Job, run.CancellationToken) ?? throw new JobDeadException($"Job {arguments.Job} was deleted before anybody could be told of its end.");
        if (job.EndedAt is null || job.Claims != arguments.Run || job.Callback is null)
        {
            run.Log($"Job {job.Id} was run again: of its next end there is another call.");
            return;
        }

        await sender.SendAsync(new Uri(job.Callback), run.JobId, Write(JobSummaries.Of(job)), run.CancellationToken);
    }

    private static byte[] Write(JobSummary job)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("id", job.Id);
            json.WriteString("type", job.Type);
            json.WriteString("state", job.State.ToString());
            json.WritePropertyName("result");
            json.WriteRawValue(job.Result ?? "null", skipInputValidation: true);
            // The rest, where in our code it was, is nobody else's affair.
            json.WriteString("error", job.Error?.Split('\n', 2)[0].TrimEnd());
            json.WriteString("endedAt", job.EndedAt!.Value);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
