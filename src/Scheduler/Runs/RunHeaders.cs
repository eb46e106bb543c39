using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MassTransit;

namespace Bus.Scheduler.Runs;

/// <summary>What a message that a schedule has fired says of its run.</summary>
internal static class RunHeaders
{
    private const string Schedule = "Bus-Schedule";
    private const string Planned = "Bus-Schedule-Planned";
    private const string Kind = "Bus-Schedule-Kind";
    private const string Overlap = "Bus-Schedule-Overlap";
    private const string Message = "Bus-Schedule-Message";

    public static void Set(SendContext context, Guid id, ScheduledRun run, OverlapPolicy overlap)
    {
        context.MessageId = id;
        context.Headers.Set(Schedule, run.Schedule);
        context.Headers.Set(Planned, run.PlannedAt.ToString("O", CultureInfo.InvariantCulture));
        context.Headers.Set(Kind, run.Kind.ToString());
        context.Headers.Set(Overlap, overlap.ToString());
        context.Headers.Set(Message, id.ToString("D"));
    }

    public static (ScheduledRun Run, OverlapPolicy Overlap)? Read(ConsumeContext context)
    {
        // What a handler sends inherits the headers: only the message of the run itself, also when it was put off, stands for it.
        if (context.Headers.Get<string>(Schedule) is not { } schedule
            || !Guid.TryParse(context.Headers.Get<string>(Message), out var id)
            || (context.MessageId != id && context.GetOriginalMessageId() != id)
            || !DateTimeOffset.TryParse(context.Headers.Get<string>(Planned), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var planned)
            || !Enum.TryParse<RunKind>(context.Headers.Get<string>(Kind), out var kind)
            || !Enum.TryParse<OverlapPolicy>(context.Headers.Get<string>(Overlap), out var overlap))
        {
            return null;
        }

        return (new ScheduledRun(schedule, planned, kind), overlap);
    }

    /// <summary>The same id however often the same run is sent, so that an inbox knows it again.</summary>
    public static Guid IdOf(Guid schedule, long plannedAt, RunKind kind)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{schedule:N}\n{plannedAt}\n{(int)kind}");
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
